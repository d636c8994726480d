import { sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import type { Database } from '../storage/database.ts'
import * as schema from '../storage/schema.ts'

const RECEIVED = [
  schema.rawEvents,
  schema.trashedEvents,
  schema.events,
  schema.metrics,
  schema.users,
  schema.userValues,
  schema.trackers,
  schema.interactions,
  schema.outlays,
  schema.campaigns,
  schema.customColumns,
]
const CONFIGURED = [
  schema.fields,
  schema.eventTypes,
  schema.eventTypeVersions,
  schema.integrations,
  schema.projects,
]

/** Empties everything but accounts and keys, so that credentials and tokens in use stay good. */
export const emptyTables = async (db: Database): Promise<void> => {
  const names = [...RECEIVED, ...CONFIGURED].map((table) => sql.identifier(getTableConfig(table).name))
  await db.execute(sql`truncate ${sql.join(names, sql`, `)}`)
}
