import { and, eq, ilike, type SQL } from 'drizzle-orm'
import type { Call, Handler } from '../http/call.ts'
import { type Order, orderedBy, orderText } from '../http/order.ts'
import { pageOf, type Window, windowShape } from '../http/page.ts'
import { conflict, notFound } from '../http/refusal.ts'
import { filledText, flag, oneOf, optional, readOrRefuse, shapeOf, text, withDefault } from '../http/shape.ts'
import { switchText } from '../http/switch.ts'
import { makeObjectId } from '../ids.ts'
import { findIntegration } from '../integrations/read.ts'
import { containing } from '../storage/containing.ts'
import type { Database } from '../storage/database.ts'
import { campaigns } from '../storage/schema.ts'

type Parts = { readonly db: Database; readonly now: () => number }
type CampaignRow = typeof campaigns.$inferSelect

/**
 * The Custom Ads integration a path names.
 *
 * @throws Refusal 404, also for an integration of another kind
 */
export const findCustomAds = async (db: Database, { param }: Pick<Call, 'param'>) => {
  const integration = await findIntegration(db, param('projectId'), param('wmktId'))
  if (integration.type !== 'custom-ads')
    throw notFound(`Custom Ads integration ${integration.wmktId} not found`)
  return integration
}

/**
 * A campaign of an integration, by id (not by slug).
 *
 * @throws Refusal 404
 */
export const findCampaign = async (db: Database, integrationId: string, id: string): Promise<CampaignRow> => {
  const isIt = and(eq(campaigns.integrationId, integrationId), eq(campaigns.id, id))
  const [row] = await db.select().from(campaigns).where(isIt)
  if (!row) throw notFound(`Campaign ${id} not found`)
  return row
}

const SORTABLE = { name: campaigns.name, campaignId: campaigns.id, active: campaigns.active }

type Query = Window & {
  readonly active: boolean | undefined
  readonly campaignId: string | undefined
  readonly campaignSlug: string | undefined
  readonly nameLike: string | undefined
  readonly explicit: boolean | undefined
  readonly sort: keyof typeof SORTABLE
  readonly order: Order
}

const query = shapeOf<Query>({
  ...windowShape,
  active: switchText,
  campaignId: optional(text),
  campaignSlug: optional(text),
  nameLike: optional(text),
  explicit: switchText,
  sort: withDefault(oneOf('name', 'campaignId', 'active'), 'campaignId'),
  order: orderText('ASC'),
})

const filterOf = (integrationId: string, asked: Query): SQL | undefined =>
  and(
    eq(campaigns.integrationId, integrationId),
    asked.active === undefined ? undefined : eq(campaigns.active, asked.active),
    asked.campaignId ? eq(campaigns.id, asked.campaignId) : undefined,
    asked.campaignSlug ? eq(campaigns.campaignSlug, asked.campaignSlug) : undefined,
    asked.nameLike ? ilike(campaigns.name, containing(asked.nameLike)) : undefined,
    asked.explicit === undefined ? undefined : eq(campaigns.explicit, asked.explicit),
  )

/** GET …/custom-ads/{wmktId}/campaigns */
export const listCampaigns =
  (db: Database): Handler =>
  async (call) => {
    const asked = readOrRefuse(query, call.query)
    const where = filterOf((await findCustomAds(db, call)).id, asked)
    const rows = await db
      .select()
      .from(campaigns)
      .where(where)
      .orderBy(...orderedBy(SORTABLE[asked.sort], asked.order, campaigns.id))
      .offset(asked.offset)
      .limit(asked.limit)
    return pageOf(rows, await db.$count(campaigns, where), asked)
  }

const created = shapeOf<{ campaignSlug: string; name: string; active: boolean }>({
  campaignSlug: filledText,
  name: filledText,
  active: withDefault(flag, true),
})

/** POST …/campaigns: an explicit campaign. Its slug is unique within the integration, implicit ones included. */
export const createCampaign =
  ({ db, now }: Parts): Handler =>
  async (call) => {
    const read = readOrRefuse(created, call.body)
    const { id: integrationId, projectId } = await findCustomAds(db, call)
    const at = new Date(now())
    const row = {
      id: makeObjectId(now()),
      projectId,
      integrationId,
      ...read,
      explicit: true,
      createdAt: at,
      updatedAt: at,
    }
    const [made] = await db.insert(campaigns).values(row).onConflictDoNothing().returning()
    if (!made) throw conflict(`Campaign slug ${read.campaignSlug} already exists in this integration`)
    return { id: made.id }
  }

/** GET …/campaigns/{id} */
export const getCampaign =
  (db: Database): Handler =>
  async (call) =>
    findCampaign(db, (await findCustomAds(db, call)).id, call.param('id'))

const updated = shapeOf<{ name: string | undefined; active: boolean | undefined }>({
  name: optional(filledText),
  active: optional(flag),
})

/** PATCH …/campaigns/{id}: name and status; the slug stays. `modifiedCount` is 0 when nothing changed. */
export const updateCampaign =
  ({ db, now }: Parts): Handler =>
  async (call) => {
    const read = readOrRefuse(updated, call.body)
    const before = await findCampaign(db, (await findCustomAds(db, call)).id, call.param('id'))
    const after = { name: read.name ?? before.name, active: read.active ?? before.active }
    if (after.name === before.name && after.active === before.active) return { modifiedCount: 0 }
    await db
      .update(campaigns)
      .set({ ...after, updatedAt: new Date(now()) })
      .where(eq(campaigns.id, before.id))
    return { modifiedCount: 1 }
  }
