import { sql } from 'drizzle-orm'
import { makeUuid } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { rawEvents } from '../storage/schema.ts'
import type { RawEvent } from './decide.ts'
import type { Envelope } from './envelope.ts'

export type Accepted = { readonly raw: RawEvent; readonly isDuplicate: boolean }

/**
 * Keeps an event as it was sent. A nonce the project has seen keeps nothing and gives the first event back,
 * which makes a repeat harmless.
 */
export const acceptEvent = async (
  db: Database,
  sent: Envelope,
  nowMs: number,
  latencyMs: number,
): Promise<Accepted> => {
  const id = makeUuid()
  const [raw] = await db
    .insert(rawEvents)
    .values({
      ...sent,
      id,
      status: 'accepted',
      receptions: 1,
      dueAt: new Date(nowMs + latencyMs),
      createdAt: new Date(nowMs),
    })
    .onConflictDoUpdate({
      target: [rawEvents.projectId, rawEvents.nonce],
      set: { receptions: sql`${rawEvents.receptions} + 1` },
    })
    .returning()
  if (!raw) throw new Error('an upsert of a raw event gave no row back')
  return { raw, isDuplicate: raw.id !== id }
}
