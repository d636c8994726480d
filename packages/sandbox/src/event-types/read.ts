import { and, eq, isNull } from 'drizzle-orm'
import { notFound } from '../http/refusal.ts'
import type { Database } from '../storage/database.ts'
import { eventTypes } from '../storage/schema.ts'

export type EventTypeRow = typeof eventTypes.$inferSelect

/** An event type as the API shows it. */
export const showEventType = ({ id, version: _version, ...row }: EventTypeRow) => ({ _id: id, ...row })

/**
 * The live event type of a reference; its `_id` will do too (ambiguity 15). Archived ones are gone for readers.
 *
 * @throws Refusal 404
 */
export const findEventType = async (
  db: Database,
  projectId: string,
  reference: string,
): Promise<EventTypeRow> => {
  const isLive = and(eq(eventTypes.projectId, projectId), isNull(eventTypes.archivedAt))
  const [byReference] = await db
    .select()
    .from(eventTypes)
    .where(and(isLive, eq(eventTypes.reference, reference)))
  const [row] = byReference
    ? [byReference]
    : await db
        .select()
        .from(eventTypes)
        .where(and(isLive, eq(eventTypes.id, reference)))
  if (!row) throw notFound(`Event type ${reference} not found`)
  return row
}
