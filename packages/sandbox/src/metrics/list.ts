import { and, eq, gte, lte, type SQL } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { type Order, orderedBy, orderText } from '../http/order.ts'
import { pageOf, type Window, windowShape } from '../http/page.ts'
import { notFound } from '../http/refusal.ts'
import { dateTime } from '../http/rfc3339.ts'
import { oneOf, optional, readOrRefuse, shapeOf, withDefault } from '../http/shape.ts'
import { isUuid } from '../ids.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { events, metrics, users } from '../storage/schema.ts'
import { showMetric } from './show.ts'

const SORTABLE = {
  createdAt: metrics.createdAt,
  updatedAt: metrics.updatedAt,
  metricDate: metrics.metricDate,
}

type Query = Window & {
  readonly type: 'state' | 'statistic' | undefined
  readonly since: Date | undefined
  readonly until: Date | undefined
  readonly sort: keyof typeof SORTABLE
  readonly order: Order
}

const queryOf = (strict: boolean) =>
  shapeOf<Query>({
    ...windowShape,
    type: optional(oneOf('state', 'statistic')),
    since: optional(dateTime(strict)),
    until: optional(dateTime(strict)),
    sort: withDefault(oneOf('createdAt', 'updatedAt', 'metricDate'), 'createdAt'),
    order: orderText('ASC'),
  })

/**
 * Whose metrics: a user's, or, since the page calls the id an event's (ambiguity 9), those of one event in the
 * lenient reading.
 *
 * @throws Refusal 404
 */
const ownedBy = async (db: Database, projectId: string, id: string, strict: boolean): Promise<SQL> => {
  const isUser = and(eq(users.projectId, projectId), eq(users.id, id))
  if ((await db.$count(users, isUser)) > 0) return eq(metrics.userId, id)
  const isEvent = and(eq(events.projectId, projectId), eq(events.id, id))
  if (!strict && isUuid(id) && (await db.$count(events, isEvent)) > 0) return eq(metrics.eventId, id)
  throw notFound(`User ${id} not found`)
}

/** GET …/users/{id}/metrics: states and statistics of a user, bounds inclusive on the metric's own date. */
export const listUserMetrics =
  (db: Database, settings: Settings): Handler =>
  async ({ param, query }) => {
    const read = readOrRefuse(queryOf(settings.strict), query)
    const where = and(
      await ownedBy(db, param('projectId'), param('id'), settings.strict),
      read.type && eq(metrics.type, read.type),
      read.since && gte(metrics.metricDate, read.since),
      read.until && lte(metrics.metricDate, read.until),
    )
    const total = await db.$count(metrics, where)
    const rows = await db
      .select()
      .from(metrics)
      .where(where)
      .orderBy(...orderedBy(SORTABLE[read.sort], read.order, metrics.id))
      .offset(read.offset)
      .limit(read.limit)
    return pageOf(rows.map(showMetric), total, read)
  }
