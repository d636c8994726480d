import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator'
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js'
import { migrate as migratePostgres } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import * as schema from './schema.ts'
import { createUpkeep, noUpkeep, type Upkeep } from './upkeep.ts'

/** The storage as every room sees it, embedded or not. Rooms build queries; none of them knows the engine. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>

export type OpenDatabase = { readonly db: Database; readonly upkeep: Upkeep; close(): Promise<void> }

const MIGRATIONS = { migrationsFolder: fileURLToPath(new URL('../../migrations', import.meta.url)) }

/**
 * Opens the embedded PostgreSQL in a folder and brings its tables up to date.
 * It never syncs to disk: a power cut may cost the last writes, a killed process does not.
 */
export const openEmbedded = async (dir: string): Promise<OpenDatabase> => {
  await mkdir(dir, { recursive: true })
  const client = await PGlite.create(dir)
  const db = drizzlePglite({ client, schema })
  await migratePglite(db, MIGRATIONS)
  return { db, upkeep: createUpkeep(db), close: () => client.close() }
}

/** Opens a real PostgreSQL by URL and brings its tables up to date. */
export const openPostgres = async (url: string): Promise<OpenDatabase> => {
  const client = postgres(url, { max: 8, onnotice: () => {} })
  const db = drizzlePostgres({ client, schema })
  await migratePostgres(db, MIGRATIONS)
  return { db, upkeep: noUpkeep, close: () => client.end({ timeout: 5 }) }
}
