import { sql } from 'drizzle-orm'
import { makeUuid } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { rawEvents } from '../storage/schema.ts'
import type { RawEvent } from './decide.ts'
import type { Envelope } from './envelope.ts'

export type Accepted = { readonly raw: RawEvent; readonly isDuplicate: boolean }

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
  const fresh = sent.map((envelope) => ({ ...envelope, id: makeUuid(), dueAt, createdAt }))
  const rows = await db
    .insert(rawEvents)
    .values(fresh.map((row) => ({ ...row, status: 'accepted' as const, receptions: 1 })))
    .onConflictDoUpdate({
      target: [rawEvents.projectId, rawEvents.nonce],
      set: { receptions: sql`${rawEvents.receptions} + 1` },
    })
    .returning()
  const kept = new Map(rows.map((raw) => [repeatKeyOf(raw), raw]))
  return fresh.map((row) => {
    const raw = kept.get(repeatKeyOf(row))
    if (!raw) throw new Error('an upsert of a raw event gave no row back')
    return { raw, isDuplicate: raw.id !== row.id }
  })
}
