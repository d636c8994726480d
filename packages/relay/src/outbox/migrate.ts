import type { LmdbOutbox } from './lmdb/lmdb.ts'
import type { NatsImport } from './nats/import.ts'
import type { LeasedEntry } from './outbox.ts'
import { settled } from './settled.ts'

/** How many of each were carried over. */
export type Moved = { nonces: number; items: number; letters: number }

/** At the same time. */
const CHUNK = 128

/**
 * Carries an outbox over: first the nonces, so that no repeat slips in, then what is held, then the dead letters. What
 * has arrived is taken off here at once: an entry is never due in both, and what is cut short goes on from where it was.
 */
export const migrateOutbox = async (from: LmdbOutbox, to: NatsImport, step: () => void): Promise<Moved> => {
  const moved: Moved = { nonces: 0, items: 0, letters: 0 }
  const each = async <T>(things: readonly T[], what: keyof Moved, carry: (thing: T) => Promise<unknown>) => {
    const carryOne = async (thing: T) => {
      await carry(thing)
      moved[what] += 1
      step()
    }
    await Promise.all(things.map(carryOne))
  }
  const carryItem = async (entry: LeasedEntry) => {
    await to.item(entry, from.originOf(entry))
    await settled(from, entry.ref, { type: 'ack' })
  }
  await to.ledger(from.ledger())
  for (const chunk of chunksOf(from.nonces()))
    await each(chunk, 'nonces', ({ key, fingerprint }) => to.nonce(key, fingerprint))
  for (const lane of [...from.lanes()])
    for (
      let entries = await from.lease(lane, CHUNK);
      entries.length > 0;
      entries = await from.lease(lane, CHUNK)
    )
      await each(entries, 'items', carryItem)
  for (const chunk of chunksOf([...from.deadLetters()]))
    await each(chunk, 'letters', async (letter) => {
      await to.letter(letter, from.fingerprintOf(letter.kind, letter.nonce))
      await from.drop(letter.nonce, letter.kind)
    })
  return moved
}

function* chunksOf<T>(things: Iterable<T>): Generator<T[]> {
  let chunk: T[] = []
  for (const thing of things) {
    chunk.push(thing)
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
