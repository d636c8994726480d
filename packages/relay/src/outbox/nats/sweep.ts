import type { StoredMsg } from '@nats-io/jetstream'
import type { Lane } from '../outbox.ts'
import { isCopy, requeuedFrom, roundOf } from './copy.ts'
import { createEnqueue } from './enqueue.ts'
import { decodeFrame, type ItemHead } from './frame.ts'
import type { Hands } from './hands.ts'
import type { ItemRecord } from './item-record.ts'
import type { Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { NonceBucket } from './nonce-bucket.ts'
import type { Queues } from './queues.ts'
import type { Register } from './register.ts'
import type { Handed, Settle } from './settle.ts'
import type { Counts, View } from './view.ts'

export type SweepParts = {
  link: Link
  names: Names
  queues: Queues
  nonces: NonceBucket
  hands: Hands
  settling: Settle
  view: View
  register: Register
  onPut: (lanes: ReadonlySet<Lane>) => void
}

/** Looks in a row that must find more in the stream than in its queues: one alone sees what is just on its way. */
const SUSPICIOUS = 5
/** Looks at which the same item was the oldest: it waits for another attempt, or it lies there though it is done. */
const STANDING = 30
/** Items looked at in one go. */
const STRETCH = 128

/**
 * Finds items that are in the stream and that nobody would hand out any more. A new leader may believe that they were
 * acknowledged: seen of 2.9.10 when leaders were killed in a row. What its record says is done is taken off. What is not
 * done is put into the queue anew, or its queue is made anew if somebody has removed that.
 *
 * Looks when the stream holds more than its queues count. They may count wrongly too, or not at all while nobody
 * answers for them: so it looks as well, for what is done only, when the oldest item stays the oldest.
 */
export const createSweep = (parts: SweepParts): ((counts: Counts) => Promise<void>) => {
  let suspicions = 0
  let stood = 0
  let oldest: number | undefined
  let from = 0
  return async ({ held, lanes, first }) => {
    const queued = [...lanes.values()].reduce((sum, count) => sum + count, 0)
    suspicions = held > queued ? suspicions + 1 : 0
    stood = first && first.seq === oldest ? stood + 1 : 0
    oldest = first?.seq
    const isSuspicious = suspicions >= SUSPICIOUS
    if (!first || !(isSuspicious || (stood > 0 && stood % STANDING === 0))) return
    from = await sweepFrom(parts, Math.max(from, first.seq), isSuspicious)
  }
}

/** Where to go on; 0 when the end was reached. */
const sweepFrom = async (parts: SweepParts, start: number, isSuspicious: boolean): Promise<number> => {
  const found = await stretchFrom(parts, start)
  await Promise.all(found.map(({ seq, data }) => look(parts, seq, data, isSuspicious)))
  const last = found.at(-1)
  return last && found.length === STRETCH ? last.seq + 1 : 0
}

const stretchFrom = async ({ link, names }: SweepParts, start: number): Promise<StoredMsg[]> => {
  const found: StoredMsg[] = []
  for (let seq = start; found.length < STRETCH; ) {
    const next = { seq, next_by_subj: names.subject.items }
    const message = await link.jsm.streams.getMessage(names.items, next)
    if (!message) break
    found.push(message)
    seq = message.seq + 1
  }
  return found
}

const look = async (parts: SweepParts, seq: number, data: Uint8Array, isSuspicious: boolean) => {
  const { link, names, queues, nonces, hands, settling } = parts
  const { head, record } = decodeFrame<ItemHead>(data)
  if (hands.has(seq)) return
  const known = await nonces.read(nonceKeyOf(head))
  if (!known || known.record.state === 'held') {
    if (!isSuspicious) return
    return seq <= queues.floor(head.lane)
      ? requeue(parts, { head, seq, record }, known?.record)
      : queues.renew(head.lane)
  }
  const ack = () => link.jsm.streams.deleteMessage(names.items, seq, false)
  await settling.finish({ head, seq, record }, known.record, {
    seq,
    data,
    ack,
    giveBack: () => {},
    working: () => {},
  })
}

/** First the copy, then the count, then the old one goes: its record sees to it that one of them alone is delivered. */
const requeue = async (
  { link, names, view, register, onPut }: SweepParts,
  handed: Handed,
  known: ItemRecord | undefined,
) => {
  const { jsm, persist } = link
  const { head, seq, record } = handed
  const copy = await createEnqueue(link, names)(head, record, requeuedFrom(head, seq))
  view.stored(head.lane, copy.seq, head.receivedAt)
  await countBoth(register, handed, copy.seq, known)
  await persist(() => jsm.streams.deleteMessage(names.items, seq, false))
  view.left(head.lane)
  onPut(new Set([head.lane]))
}

/** One of them is an item: the one that its record names, or else the one that will be delivered. */
const countBoth = async (register: Register, old: Handed, copy: number, known: ItemRecord | undefined) => {
  const { head } = old
  if (roundOf(head) > 0) {
    await register.redriven(old)
    return register.redriven({ head, seq: copy })
  }
  const isNamed = known?.seq !== undefined
  if (!isNamed || isCopy(old, known)) await register.copy(old.seq)
  if (isNamed) await register.copy(copy)
}
