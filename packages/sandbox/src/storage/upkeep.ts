import { sql } from 'drizzle-orm'
import type { Database } from './database.ts'

const FIRST_AFTER = 500
const GROWTH = 1.5

/** To be told how many events were computed. */
export type Upkeep = (computed: number) => Promise<void>

/** A server of its own looks after itself. */
export const noUpkeep: Upkeep = async () => {}

/**
 * Keeps the planner's statistics and the free space up to date. The embedded PostgreSQL has no autovacuum, and
 * without statistics it scans what it should look up. Each time it waits for half as many events more: upkeep costs
 * a share of the work, however large the tables are.
 */
export const createUpkeep = (db: Database): Upkeep => {
  let since = 0
  let due = FIRST_AFTER
  return async (computed) => {
    since += computed
    if (since < due) return
    since = 0
    due *= GROWTH
    await db.execute(
      sql`vacuum analyze raw_events, trashed_events, events, metrics, users, user_values, trackers`,
    )
  }
}
