import { and, eq, gte, inArray, lte, type SQL, sql } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { dateTime } from '../http/rfc3339.ts'
import { listOf, oneOf, optional, type Reader, readOrRefuse, shapeOf, text } from '../http/shape.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { events, metrics } from '../storage/schema.ts'
import { bucketOf, INTERVALS, type Interval, showBucket } from './interval.ts'

const EVENT_COUNT = 'event-count'

type Query = {
  readonly since: Date | undefined
  readonly until: Date | undefined
  readonly metrics: readonly string[]
  readonly groupBy: 'project' | 'event-type'
  readonly interval: Interval
  readonly filter: readonly string[] | undefined
}

/** Marked required, told optional (ambiguity 6): the strict reading demands both bounds, the lenient leaves them open. */
const bound = (strict: boolean): Reader<Date | undefined> =>
  strict ? dateTime(true) : optional(dateTime(false))

const queryShape = (strict: boolean): Reader<Query> =>
  shapeOf<Query>({
    since: bound(strict),
    until: bound(strict),
    metrics: listOf(text),
    groupBy: oneOf('project', 'event-type'),
    interval: oneOf(...INTERVALS),
    filter: optional(listOf(text)),
  })

type Entry = {
  readonly date: string | number
  readonly eventType?: string
  readonly metrics: Record<string, number>
}

type Sum = {
  readonly bucket: string
  readonly eventType: string | null
  readonly key: string
  readonly sum: number
}

/** Only one of the two tables asked has a storage key; both have what a breakdown needs. */
const within = (
  table: typeof events | typeof metrics,
  projectId: string,
  { since, until, groupBy, filter }: Query,
): SQL | undefined =>
  and(
    eq(table.projectId, projectId),
    since && gte(table.eventDate, since),
    until && lte(table.eventDate, until),
    groupBy === 'event-type' && filter && filter.length > 0
      ? inArray(table.eventType, [...filter])
      : undefined,
  )

const typeOf = (table: typeof events | typeof metrics, query: Query): SQL<string | null> =>
  query.groupBy === 'event-type' ? sql<string>`${table.eventType}` : sql<null>`null::text`

const countEvents = (db: Database, projectId: string, query: Query): Promise<Sum[]> =>
  db
    .select({
      bucket: bucketOf(query.interval, events.eventDate),
      eventType: typeOf(events, query),
      key: sql<string>`${EVENT_COUNT}::text`,
      sum: sql<number>`count(*)::float8`,
    })
    .from(events)
    .where(within(events, projectId, query))
    .groupBy(sql`1`, sql`2`)

const sumMetrics = async (db: Database, projectId: string, query: Query): Promise<Sum[]> => {
  const keys = query.metrics.filter((key) => key !== EVENT_COUNT)
  if (keys.length === 0) return []
  return db
    .select({
      bucket: bucketOf(query.interval, metrics.eventDate),
      eventType: typeOf(metrics, query),
      key: metrics.storageKey,
      sum: sql<number>`sum(${metrics.value})::float8`,
    })
    .from(metrics)
    .where(and(within(metrics, projectId, query), inArray(metrics.storageKey, keys)))
    .groupBy(sql`1`, sql`2`, sql`3`)
}

const compare = (a: Entry, b: Entry): number => {
  if (a.date === b.date) return (a.eventType ?? '') < (b.eventType ?? '') ? -1 : 1
  return a.date < b.date ? -1 : 1
}

/** One entry a bucket that has events (and, broken down, an event type); every asked metric in it, 0 where nothing adds up. */
const entriesOf = (sums: readonly Sum[], keys: readonly string[]): readonly Entry[] => {
  const entries = new Map<string, Entry>()
  for (const { bucket, eventType, key, sum } of sums) {
    const id = JSON.stringify([bucket, eventType])
    const entry = entries.get(id) ?? {
      date: showBucket(bucket),
      ...(eventType === null ? {} : { eventType }),
      metrics: Object.fromEntries(keys.map((name) => [name, 0])),
    }
    if (keys.includes(key)) entry.metrics[key] = sum
    entries.set(id, entry)
  }
  return [...entries.values()].sort(compare)
}

/** POST …/events/insights: sums by event date, without attribution. A plain array, not a page. */
export const queryInsights =
  (db: Database, settings: Settings): Handler =>
  async ({ param, body }) => {
    const projectId = param('projectId')
    const query = readOrRefuse(queryShape(settings.strict), body)
    const counts = await countEvents(db, projectId, query)
    return entriesOf([...counts, ...(await sumMetrics(db, projectId, query))], query.metrics)
  }
