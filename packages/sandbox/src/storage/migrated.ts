import { max } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { bigint, pgSchema } from 'drizzle-orm/pg-core'
import { type Database, MIGRATIONS } from './database.ts'

/** The migrator's own book of what it has done. */
const done = pgSchema('drizzle').table('__drizzle_migrations', {
  at: bigint('created_at', { mode: 'number' }),
})

const lastDone = async (db: Database): Promise<number> => {
  const [row] = await db.select({ at: max(done.at) }).from(done)
  return row?.at ?? 0
}

/**
 * Brings the tables up to date, unless the newest migration is there: at every start but the first, one look instead of
 * the migrator's own four statements and a transaction.
 */
export const bringUpToDate = async (db: Database, migrate: () => Promise<void>): Promise<void> => {
  const newest = readMigrationFiles(MIGRATIONS).at(-1)?.folderMillis ?? 0
  // No such table: a new database.
  const last = await lastDone(db).catch(() => 0)
  if (last < newest) await migrate()
}
