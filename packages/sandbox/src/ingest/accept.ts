import { sql } from 'drizzle-orm'
import { makeUuid } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { rowsOf } from '../storage/rows.ts'
import { rawEvents } from '../storage/schema.ts'
import type { RawEvent } from './decide.ts'
import type { Envelope } from './envelope.ts'

/** An event that is kept, by id; `fresh` is what was stored, undefined when the nonce was known. */
export type Accepted = { readonly id: string; readonly fresh: RawEvent | undefined }

/** What makes a repeat of an event one: the nonce, within its project. */
export const repeatKeyOf = ({ projectId, nonce }: Pick<Envelope, 'projectId' | 'nonce'>): string =>
  `${projectId} ${nonce}`

/**
 * Keeps events as they were sent, no two of them with one nonce. A nonce the project has seen keeps nothing and gives
 * the first event back, which makes a repeat harmless.
 *
 * @returns what became of each, in their order
 */
export const acceptEvents = async (
  db: Database,
  sent: readonly Envelope[],
  nowMs: number,
  latencyMs: number,
): Promise<readonly Accepted[]> => {
  const [createdAt, dueAt] = [new Date(nowMs), new Date(nowMs + latencyMs)]
  const fresh = sent.map(
    ({ eventDate = null, trackerId = null, ...envelope }): RawEvent => ({
      ...{ id: makeUuid(), ...envelope, eventDate, trackerId },
      ...{ status: 'accepted', dueAt, receptions: 1, createdAt },
    }),
  )
  const kept = await db
    .insert(rawEvents)
    .select(rowsOf(rawEvents, fresh))
    .onConflictDoUpdate({
      target: [rawEvents.projectId, rawEvents.nonce],
      set: { receptions: sql`${rawEvents.receptions} + 1` },
    })
    .returning({ id: rawEvents.id, projectId: rawEvents.projectId, nonce: rawEvents.nonce })
  const ids = new Map(kept.map((row) => [repeatKeyOf(row), row.id]))
  return fresh.map((row) => {
    const id = ids.get(repeatKeyOf(row))
    if (id === undefined) throw new Error('an upsert of a raw event gave no row back')
    return { id, fresh: id === row.id ? row : undefined }
  })
}
