import { and, eq } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { notFound } from '../http/refusal.ts'
import { isUuid } from '../ids.ts'
import { showMetric } from '../metrics/show.ts'
import type { Database } from '../storage/database.ts'
import { events, metrics, rawEvents } from '../storage/schema.ts'

type EventRow = typeof events.$inferSelect
type MetricRow = typeof metrics.$inferSelect

/** A computed event as the API shows it. `expirationPolicy` null means that of its type (ambiguity 23). */
export const showEvent = (row: EventRow, own: readonly MetricRow[]) => ({
  _id: row.id,
  projectId: row.projectId,
  userId: row.userId,
  eventDate: row.eventDate,
  eventType: row.eventType,
  attributable: row.attributable,
  expirationPolicy: null,
  event: row.event,
  user: row.user,
  metrics: own.map(showMetric),
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

/**
 * The computed event of an id.
 *
 * @throws Refusal 404, also while ingestion has not come to it
 */
export const findEvent = async (db: Database, projectId: string, id: string): Promise<EventRow> => {
  const isIt = and(eq(events.projectId, projectId), eq(events.id, id))
  const [row] = isUuid(id) ? await db.select().from(events).where(isIt) : []
  if (!row) throw notFound(`Event ${id} not found`)
  return row
}

/** GET …/events/{id} */
export const getEvent =
  (db: Database): Handler =>
  async ({ param }) => {
    const row = await findEvent(db, param('projectId'), param('id'))
    return showEvent(row, await db.select().from(metrics).where(eq(metrics.eventId, row.id)))
  }

/** GET …/raw-events/{id}: the event as it was sent, computed or trashed or neither yet. */
export const getRawEvent =
  (db: Database): Handler =>
  async ({ param }) => {
    const [projectId, id] = [param('projectId'), param('id')]
    const isIt = and(eq(rawEvents.projectId, projectId), eq(rawEvents.id, id))
    const [row] = isUuid(id) ? await db.select().from(rawEvents).where(isIt) : []
    if (!row) throw notFound(`Event ${id} not found`)
    const { nonce, eventType, eventDate, trackerId, createdAt, data } = row
    return { _id: row.id, projectId, nonce, eventType, eventDate, trackerId, createdAt, data }
  }
