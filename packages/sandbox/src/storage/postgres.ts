import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { MIGRATIONS, type OpenDatabase } from './database.ts'
import { bringUpToDate } from './migrated.ts'
import * as schema from './schema.ts'
import { noUpkeep } from './upkeep.ts'

/** Opens a real PostgreSQL by URL, its tables up to date. */
export const openByUrl = async (url: string): Promise<OpenDatabase> => {
  const client = postgres(url, { max: 8, onnotice: () => {} })
  const db = drizzle({ client, schema })
  await bringUpToDate(db, () => migrate(db, MIGRATIONS))
  return { db, upkeep: noUpkeep, close: () => client.end({ timeout: 5 }) }
}
