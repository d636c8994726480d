import { and, eq, gte, isNull, lte } from 'drizzle-orm'
import type { Call, Handler } from '../http/call.ts'
import { type Order, orderedBy, orderText } from '../http/order.ts'
import { pageOf, type Window, windowShape } from '../http/page.ts'
import { notFound } from '../http/refusal.ts'
import { dateTime } from '../http/rfc3339.ts'
import { oneOf, optional, type Reader, readOrRefuse, shapeOf, withDefault } from '../http/shape.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { outlays } from '../storage/schema.ts'
import { findCampaign, findCustomAds } from './campaigns.ts'

export type OutlayParts = { readonly db: Database; readonly settings: Settings; readonly now: () => number }
export type OutlayRow = typeof outlays.$inferSelect

/** An outlay as the API shows it: `amount` is an object on read and a number on write (ambiguity 18). */
const show = ({ id, amount, currency, ...row }: OutlayRow) => ({
  _id: id,
  ...row,
  amount: { amount, currency },
})

/**
 * The integration and the campaign an outlay's path names.
 *
 * @throws Refusal 404
 */
export const findParent = async (db: Database, call: Pick<Call, 'param'>) => {
  const integration = await findCustomAds(db, call)
  return { integration, campaign: await findCampaign(db, integration.id, call.param('parentCampaignId')) }
}

/**
 * The outlay a path names, unless it was deleted.
 *
 * @throws Refusal 404
 */
export const findOutlay = async (db: Database, call: Pick<Call, 'param'>): Promise<OutlayRow> => {
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
