import { and, eq, gte, isNull, lte } from 'drizzle-orm'
import type { Call, Handler } from '../http/call.ts'
import { type Order, orderedBy, orderText } from '../http/order.ts'
import { pageOf, type Window, windowShape } from '../http/page.ts'
import { badRequest, notFound } from '../http/refusal.ts'
import { dateTime } from '../http/rfc3339.ts'
import {
  filledText,
  number,
  oneOf,
  optional,
  type Reader,
  readOrRefuse,
  shapeOf,
  text,
  withDefault,
} from '../http/shape.ts'
import { makeObjectId } from '../ids.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { outlays } from '../storage/schema.ts'
import { findCampaign, findCustomAds } from './campaigns.ts'

export type OutlayParts = { readonly db: Database; readonly settings: Settings; readonly now: () => number }
type OutlayRow = typeof outlays.$inferSelect

/** An outlay as the API shows it: `amount` is an object on read and a number on write (ambiguity 18). */
const show = ({ id, amount, currency, ...row }: OutlayRow) => ({
  _id: id,
  ...row,
  amount: { amount, currency },
})

const findParent = async (db: Database, call: Pick<Call, 'param'>) => {
  const integration = await findCustomAds(db, call)
  return { integration, campaign: await findCampaign(db, integration.id, call.param('parentCampaignId')) }
}

const findOutlay = async (db: Database, call: Pick<Call, 'param'>): Promise<OutlayRow> => {
  const { campaign } = await findParent(db, call)
  const isIt = and(
    eq(outlays.campaignId, campaign.id),
    eq(outlays.id, call.param('outlayId')),
    isNull(outlays.deletedAt),
  )
  const [row] = await db.select().from(outlays).where(isIt)
  if (!row) throw notFound(`Outlay ${call.param('outlayId')} not found`)
  return row
}

const SORTABLE = {
  campaignId: outlays.campaignId,
  startDate: outlays.startDate,
  endDate: outlays.endDate,
  amount: outlays.amount,
  country: outlays.country,
  region: outlays.region,
}

type Query = Window & {
  readonly sort: keyof typeof SORTABLE
  readonly order: Order
  readonly since: Date | undefined
  readonly until: Date | undefined
}

const queryOf = (strict: boolean): Reader<Query> =>
  shapeOf<Query>({
    ...windowShape,
    sort: withDefault(
      oneOf('campaignId', 'startDate', 'endDate', 'amount', 'country', 'region'),
      'startDate',
    ),
    order: orderText('ASC'),
    since: optional(dateTime(strict)),
    until: optional(dateTime(strict)),
  })

/** GET …/campaigns/{parentCampaignId}/outlays: those that start at `since` or later and end at `until` or earlier. */
export const listOutlays =
  ({ db, settings }: OutlayParts): Handler =>
  async (call) => {
    const asked = readOrRefuse(queryOf(settings.strict), call.query)
    const { campaign } = await findParent(db, call)
    const where = and(
      eq(outlays.campaignId, campaign.id),
      isNull(outlays.deletedAt),
      asked.since && gte(outlays.startDate, asked.since),
      asked.until && lte(outlays.endDate, asked.until),
    )
    const rows = await db
      .select()
      .from(outlays)
      .where(where)
      .orderBy(...orderedBy(SORTABLE[asked.sort], asked.order, outlays.id))
      .offset(asked.offset)
      .limit(asked.limit)
    return pageOf(rows.map(show), await db.$count(outlays, where), asked)
  }

/** GET …/outlays/{outlayId} */
export const getOutlay =
  ({ db }: OutlayParts): Handler =>
  async (call) =>
    show(await findOutlay(db, call))

type Sent = Pick<OutlayRow, 'amount' | 'startDate' | 'endDate'> & {
  country: string | undefined
  region: string | undefined
}

const sentOf = (strict: boolean): Reader<Sent> =>
  shapeOf<Sent>({
    amount: number,
    startDate: dateTime(strict),
    endDate: dateTime(strict),
    country: optional(text),
    region: optional(text),
  })

const assertOrder = (startDate: Date, endDate: Date): void => {
  if (startDate >= endDate) throw badRequest(['startDate must be less than endDate'])
}

/** POST …/outlays: an amount in the integration's currency over a time that starts before it ends. */
export const createOutlay =
  ({ db, settings, now }: OutlayParts): Handler =>
  async (call) => {
    const sent = readOrRefuse(sentOf(settings.strict), call.body)
    assertOrder(sent.startDate, sent.endDate)
    const { integration, campaign } = await findParent(db, call)
    const { id: integrationId, projectId, currency } = integration
    const at = new Date(now())
    const id = makeObjectId(now())
    await db.insert(outlays).values({
      id,
      projectId,
      integrationId,
      campaignId: campaign.id,
      currency,
      ...sent,
      createdAt: at,
      updatedAt: at,
    })
    return { id }
  }

type Change = { readonly [Key in keyof Sent]: Sent[Key] | undefined } & {
  readonly campaignId: string | undefined
}

const changeOf = (strict: boolean): Reader<Change> =>
  shapeOf<Change>({
    amount: optional(number),
    startDate: optional(dateTime(strict)),
    endDate: optional(dateTime(strict)),
    campaignId: optional(filledText),
    country: optional(text),
    region: optional(text),
  })

const changed = (before: OutlayRow, change: Change) => ({
  amount: change.amount ?? before.amount,
  startDate: change.startDate ?? before.startDate,
  endDate: change.endDate ?? before.endDate,
  campaignId: change.campaignId ?? before.campaignId,
  country: change.country ?? before.country,
  region: change.region ?? before.region,
})

const NOTHING: Change = {
  amount: undefined,
  startDate: undefined,
  endDate: undefined,
  campaignId: undefined,
  country: undefined,
  region: undefined,
}

/** PATCH …/outlays/{outlayId}: any of its parts; `campaignId` moves it to another campaign of the integration. */
export const updateOutlay =
  ({ db, settings, now }: OutlayParts): Handler =>
  async (call) => {
    const change = readOrRefuse(changeOf(settings.strict), call.body)
    const before = await findOutlay(db, call)
    const after = changed(before, change)
    assertOrder(after.startDate, after.endDate)
    await findCampaign(db, before.integrationId, after.campaignId)
    if (JSON.stringify(after) === JSON.stringify(changed(before, NOTHING))) return { modifiedCount: 0 }
    await db
      .update(outlays)
      .set({ ...after, updatedAt: new Date(now()) })
      .where(eq(outlays.id, before.id))
    return { modifiedCount: 1 }
  }
