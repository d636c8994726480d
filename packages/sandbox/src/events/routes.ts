import { and, eq } from 'drizzle-orm'
import type { Call, Handlers } from '../http/call.ts'
import { notFound } from '../http/refusal.ts'
import { readOrRefuse } from '../http/shape.ts'
import { isUuid } from '../ids.ts'
import { envelope } from '../ingest/envelope.ts'
import type { Ingestion } from '../ingest/ingestion.ts'
import { showMetric } from '../metrics/show.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { events, metrics, projects, rawEvents } from '../storage/schema.ts'

type Parts = { readonly db: Database; readonly settings: Settings; readonly ingestion: Ingestion }

type EventRow = typeof events.$inferSelect

const readEnvelope = async ({ db, settings }: Parts, { body, caller }: Call) => {
  const sent = readOrRefuse(envelope(settings.strict), body)
  const [project] = await db.select().from(projects).where(eq(projects.id, sent.projectId))
  const isForeign = caller !== undefined && project?.workspaceId !== caller.workspaceId
  if (!project || isForeign) throw notFound(`Project ${sent.projectId} not found`)
  return sent
}

/** A computed event as the API shows it. `expirationPolicy` null means that of its type (ambiguity 23). */
export const showEvent = (row: EventRow, own: readonly (typeof metrics.$inferSelect)[]) => ({
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

/** The computed event of an id, @throws Refusal 404 */
export const findEvent = async (db: Database, projectId: string, id: string): Promise<EventRow> => {
  const isIt = and(eq(events.projectId, projectId), eq(events.id, id))
  const [row] = isUuid(id) ? await db.select().from(events).where(isIt) : []
  if (!row) throw notFound(`Event ${id} not found`)
  return row
}

const findRawEvent = async (db: Database, projectId: string, id: string) => {
  const isIt = and(eq(rawEvents.projectId, projectId), eq(rawEvents.id, id))
  const [row] = isUuid(id) ? await db.select().from(rawEvents).where(isIt) : []
  if (!row) throw notFound(`Event ${id} not found`)
  const { nonce, eventType, eventDate, trackerId, createdAt, data } = row
  return { _id: row.id, projectId, nonce, eventType, eventDate, trackerId, createdAt, data }
}

/** Sending events, and reading one back as sent or as computed. */
export const createEventRoutes = (
  parts: Parts,
): Handlers<'createEvent' | 'createEventSync' | 'getEvent' | 'getRawEvent'> => ({
  createEvent: async (call) => (await parts.ingestion.accept(await readEnvelope(parts, call))).raw.id,
  createEventSync: async (call) => (await parts.ingestion.compute(await readEnvelope(parts, call))).raw.id,
  getEvent: async ({ params: { projectId = '', id = '' } }) => {
    const row = await findEvent(parts.db, projectId, id)
    return showEvent(row, await parts.db.select().from(metrics).where(eq(metrics.eventId, row.id)))
  },
  getRawEvent: ({ params: { projectId = '', id = '' } }) => findRawEvent(parts.db, projectId, id),
})
