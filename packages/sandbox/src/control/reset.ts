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
  schema.tallies,
]

/**
 * Empties everything but accounts and keys, so that credentials and tokens in use stay good. By `delete`: for the
 * few rows of a test it takes a fifth of the time of `truncate`, which makes new files for every table and index.
 */
export const emptyTables = (db: Database): Promise<void> =>
  db.transaction(async (tx) => {
    for (const table of [...RECEIVED, ...CONFIGURED]) await tx.delete(table)
  })
