import { eq } from 'drizzle-orm'
import type { Call, Handler } from '../http/call.ts'
import { notFound } from '../http/refusal.ts'
import { readOrRefuse } from '../http/shape.ts'
import { type Envelope, envelope } from '../ingest/envelope.ts'
import type { Ingestion } from '../ingest/ingestion.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { projects } from '../storage/schema.ts'

export type CreateParts = {
  readonly db: Database
  readonly settings: Settings
  readonly ingestion: Ingestion
}

/** Here alone the project is named by the body, not by the path; one the caller has no part in does not exist. */
const readEnvelope = async ({ db, settings }: CreateParts, { body, caller }: Call): Promise<Envelope> => {
  const sent = readOrRefuse(envelope(settings.strict), body)
  const [project] = await db.select().from(projects).where(eq(projects.id, sent.projectId))
  const isForeign = caller !== undefined && project?.workspaceId !== caller.workspaceId
  if (!project || isForeign) throw notFound(`Project ${sent.projectId} not found`)
  return sent
}

/** POST /events: the id at once, whatever ingestion will make of the event. */
export const createEvent =
  (parts: CreateParts): Handler =>
  async (call) =>
    (await parts.ingestion.accept(await readEnvelope(parts, call))).raw.id

/** POST /events/sync: the id once the event is computed, or a refusal. */
export const createEventSync =
  (parts: CreateParts): Handler =>
  async (call) =>
    (await parts.ingestion.compute(await readEnvelope(parts, call))).raw.id
