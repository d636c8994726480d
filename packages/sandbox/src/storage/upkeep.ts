import { sql } from 'drizzle-orm'
import type { Database } from './database.ts'

const LEAST = 500
const SHARE = 0.5

/** To be told how many events were computed. */
export type Upkeep = (computed: number) => Promise<void>

/** A server of its own looks after itself. */
export const noUpkeep: Upkeep = async () => {}

/** How many events were stored when last looked after, -1 before the first time. */
const storedThen = async (db: Database): Promise<number> => {
  const isIt = sql`oid = 'raw_events'::regclass`
  const [row] = await db.select({ n: sql<number>`reltuples` }).from(sql`pg_class`).where(isIt)
  return row?.n ?? -1
}

/**
 * Keeps the planner's statistics and the free space up to date. The embedded PostgreSQL has no autovacuum, and
 * without statistics it scans what it should look up. Each time it waits for half as many events more: upkeep costs
 * a share of the work, however large the tables are, also right after a start.
 */
export const createUpkeep = (db: Database): Upkeep => {
  let since = 0
  let due = LEAST
  return async (computed) => {
    since += computed
    if (since < due) return
    due = Math.max(LEAST, SHARE * (await storedThen(db)))
    if (since < due) return
    since = 0
    due = LEAST
    await db.execute(
      sql`vacuum analyze raw_events, trashed_events, events, metrics, users, user_values, trackers`,
    )
  }
}
