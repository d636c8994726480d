import type { Call, Handler } from '../http/call.ts'
import { readOrRefuse } from '../http/shape.ts'
import { type Envelope, envelope } from '../ingest/envelope.ts'
import type { Ingestion } from '../ingest/ingestion.ts'
import type { AssertProject } from '../projects/find.ts'
import type { Settings } from '../settings.ts'

export type CreateParts = {
  readonly settings: Settings
  readonly ingestion: Ingestion
  readonly assertProject: AssertProject
}

/** Here alone the project is named by the body, not by the path. */
const readEnvelope = async (
  { settings, assertProject }: CreateParts,
  { body, caller }: Call,
): Promise<Envelope> => {
  const sent = readOrRefuse(envelope(settings.strict), body)
  await assertProject(sent.projectId, caller)
  return sent
}

/** POST /events: the id at once, whatever ingestion will make of the event. */
export const createEvent =
  (parts: CreateParts): Handler =>
  async (call) =>
    (await parts.ingestion.accept(await readEnvelope(parts, call))).id

/** POST /events/sync: the id once the event is computed, or a refusal. */
export const createEventSync =
  (parts: CreateParts): Handler =>
  async (call) =>
    (await parts.ingestion.compute(await readEnvelope(parts, call))).id
