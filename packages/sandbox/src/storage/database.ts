import { fileURLToPath } from 'node:url'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type * as schema from './schema.ts'
import type { Upkeep } from './upkeep.ts'

/** The storage as every room sees it, embedded or not. Rooms build queries; none of them knows the engine. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>

export type OpenDatabase = { readonly db: Database; readonly upkeep: Upkeep; close(): Promise<void> }

/** Where the migrations are, as drizzle's migrators want it. */
export const MIGRATIONS = { migrationsFolder: fileURLToPath(new URL('../../migrations', import.meta.url)) }
