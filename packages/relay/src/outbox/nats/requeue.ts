import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Lane } from '../outbox.ts'
import { isCopy, requeuedFrom, roundOf } from './copy.ts'
import { createEnqueue } from './enqueue.ts'
import type { ItemRecord } from './item-record.ts'
import type { Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { NonceBucket, Revised } from './nonce-bucket.ts'
import type { Register } from './register.ts'
import type { Remove } from './remove.ts'
import type { Handed } from './settle.ts'
import { unknownRecord } from './unknown.ts'
import type { View } from './view.ts'

export type RequeueParts = {
  relay: string
  link: Link
  names: Names
  nonces: NonceBucket
  register: Register
  remove: Remove
  view: View
  clock: Clock
  log: Log
  onPut: (lanes: ReadonlySet<Lane>) => void
}

/** @param known the record of its nonce, as it was when this was decided */
export type Requeue = (handed: Handed, known: Revised | undefined) => Promise<void>

/**
 * Puts an item into its queue anew. It is claimed first: whoever has it all the same comes too late with a mark from
 * then on, and of two that do this at once one alone gets through. Then the copy, then the count, then the old one goes.
 */
export const createRequeue = (parts: RequeueParts): Requeue => {
  const { link, names, register, remove, view, log, onPut } = parts
  const enqueue = createEnqueue(link, names)
  return async (handed, known) => {
    const { head, seq, record } = handed
    const claimed = await claim(parts, handed, known)
    if (!claimed) return
    const copy = await enqueue(head, record, requeuedFrom(head, seq))
    if (copy.isNew) view.stored(head.lane, copy.seq, head.receivedAt)
    await countBoth(register, handed, copy.seq, claimed)
    if (await remove(seq)) view.left(head.lane)
    log.warn({ lane: head.lane }, 'an item that its queue had forgotten is in it again')
    onPut(new Set([head.lane]))
  }
}

const claimOf = (seq: number): string => `/sweep/${seq}/`

/** Whether it is being put into its queue anew from this place: then it is not to be delivered from there. */
export const isClaimedAt = (seq: number, { by }: ItemRecord): boolean => by.includes(claimOf(seq))

/** Undefined when another was faster. Read again, for the reason that a mark is (`settle.ts`). */
const claim = async (
  { relay, nonces, clock }: RequeueParts,
  { head, seq }: Handed,
  known: Revised | undefined,
): Promise<ItemRecord | undefined> => {
  const key = nonceKeyOf(head)
  const { record = unknownRecord(head, clock.now()), revision = 0 } = known ?? {}
  const by = `${relay}${claimOf(seq)}${revision}`
  await nonces.write(key, { ...record, by, seq: record.seq ?? seq }, revision)
  const there = (await nonces.read(key))?.record
  return there?.by === by ? there : undefined
}

/** One of them is the item, whichever is delivered: the one that the record names. */
const countBoth = async (register: Register, old: Handed, copy: number, record: ItemRecord) => {
  const { head } = old
  if (roundOf(head) > 0) {
    await register.redriven(old)
    return register.redriven({ head, seq: copy })
  }
  if (isCopy(old, record)) await register.copy(old.seq)
  await register.copy(copy)
}
