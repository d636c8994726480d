import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

const LINEAR = ['day', 'week', 'month', 'quarter', 'year'] as const
const CYCLIC = {
  dayOfWeek: 'isodow',
  dayOfMonth: 'day',
  dayOfYear: 'doy',
  weekOfYear: 'week',
  monthOfYear: 'month',
  quarterOfYear: 'quarter',
} as const

/** The 13 intervals: six along the calendar, seven that go round (for seasonality). */
export const INTERVALS = [
  'day',
  'week',
  'month',
  'quarter',
  'semester',
  'year',
  'dayOfWeek',
  'dayOfMonth',
  'dayOfYear',
  'weekOfYear',
  'monthOfYear',
  'quarterOfYear',
  'semesterOfYear',
] as const

export type Interval = (typeof INTERVALS)[number]

const isCyclic = (interval: string): interval is keyof typeof CYCLIC => Object.hasOwn(CYCLIC, interval)
const isLinear = (interval: string): interval is (typeof LINEAR)[number] =>
  LINEAR.some((known) => known === interval)

const started = (local: SQL, unit: string): SQL => sql`date_trunc(${sql.raw(`'${unit}'`)}, ${local})`
const part = (local: SQL, unit: string): SQL => sql`extract(${sql.raw(unit)} from ${local})`
const iso = (start: SQL): SQL<string> => sql<string>`to_char(${start}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** The semester's first month is January or July: half a year is six months after the start of the year, or none. */
const semesterStart = (local: SQL): SQL =>
  sql`${started(local, 'year')} + (case when ${part(local, 'month')} > 6 then interval '6 months' else interval '0' end)`

/**
 * The bucket a date falls in, in UTC and with ISO weeks (both unknown of the upstream): the start of the interval as
 * an ISO date-time, or the index of a cyclic one, counted from 1.
 */
export const bucketOf = (interval: Interval, column: PgColumn): SQL<string> => {
  const local = sql`(${column} at time zone 'UTC')`
  if (isLinear(interval)) return iso(started(local, interval))
  if (interval === 'semester') return iso(semesterStart(local))
  if (isCyclic(interval)) return sql<string>`${part(local, CYCLIC[interval])}::int::text`
  return sql<string>`(case when ${part(local, 'month')} > 6 then 2 else 1 end)::text`
}

/** A bucket as the answer shows it: text for a date, a number for a cyclic index. */
export const showBucket = (bucket: string): string | number =>
  /^\d{1,3}$/.test(bucket) ? Number(bucket) : bucket
