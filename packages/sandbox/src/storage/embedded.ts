import type { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { MIGRATIONS, type OpenDatabase } from './database.ts'
import { bringUpToDate } from './migrated.ts'
import * as schema from './schema.ts'
import { createUpkeep } from './upkeep.ts'

/** The storage on an embedded PostgreSQL that was started, its tables up to date. */
export const openOnEngine = async (client: PGlite): Promise<OpenDatabase> => {
  const db = drizzle({ client, schema })
  await bringUpToDate(db, () => migrate(db, MIGRATIONS))
  return { db, upkeep: createUpkeep(db), close: () => client.close() }
}
