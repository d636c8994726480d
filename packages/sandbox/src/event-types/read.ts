import { and, eq, isNull, or } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { notFound } from '../http/refusal.ts'
import type { Database } from '../storage/database.ts'
import { eventTypes } from '../storage/schema.ts'

export type EventTypeRow = typeof eventTypes.$inferSelect

/** An event type as the API shows it. */
export const showEventType = ({ id, version: _version, ...row }: EventTypeRow) => ({ _id: id, ...row })

/**
 * The live event type of a reference; its `_id` will do too (ambiguity 15). Archived ones are gone for readers.
 * `for update` keeps others from changing it before the transaction ends.
 *
 * @throws Refusal 404
 */
export const findEventType = async (
  db: Database,
  projectId: string,
  reference: string,
  hold?: 'for update',
): Promise<EventTypeRow> => {
  const isLive = and(eq(eventTypes.projectId, projectId), isNull(eventTypes.archivedAt))
  const isIt = and(isLive, or(eq(eventTypes.reference, reference), eq(eventTypes.id, reference)))
  const found = db.select().from(eventTypes).where(isIt)
  const rows = await (hold ? found.for('update') : found)
  const row = rows.find((candidate) => candidate.reference === reference) ?? rows[0]
  if (!row) throw notFound(`Event type ${reference} not found`)
  return row
}

/** GET …/event-types/{reference} */
export const getEventType =
  (db: Database): Handler =>
  async ({ param }) =>
    showEventType(await findEventType(db, param('projectId'), param('reference')))
