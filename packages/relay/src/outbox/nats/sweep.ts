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
/** Items looked at in one go. */
const STRETCH = 128

/**
 * Finds items that are in the stream and that no queue counts. A new leader may believe that they were acknowledged:
 * seen of 2.9.10 when leaders were killed in a row. What its record says is done is taken off. What is not done nobody
 * would hand out any more: it is put into the queue anew, or its queue is made anew if somebody has removed that.
 */
export const createSweep = (parts: SweepParts): ((counts: Counts) => Promise<void>) => {
  let suspicions = 0
  let from = 0
  return async ({ held, lanes, first }) => {
    const queued = [...lanes.values()].reduce((sum, count) => sum + count, 0)
    suspicions = held > queued ? suspicions + 1 : 0
    if (suspicions < SUSPICIOUS || !first) return
    from = await sweepFrom(parts, Math.max(from, first.seq))
  }
}

/** Where to go on; 0 when the end was reached. */
const sweepFrom = async (parts: SweepParts, start: number): Promise<number> => {
  const { jsm } = parts.link
  let seq = start
  for (let looked = 0; looked < STRETCH; looked += 1) {
    const next = { seq, next_by_subj: parts.names.subject.items }
    const message = await jsm.streams.getMessage(parts.names.items, next)
    if (!message) return 0
    await look(parts, message.seq, message.data)
    seq = message.seq + 1
  }
  return seq
}

const look = async (parts: SweepParts, seq: number, data: Uint8Array) => {
  const { link, names, queues, nonces, hands, settling } = parts
  const { head, record } = decodeFrame<ItemHead>(data)
  if (hands.has(seq)) return
  const known = await nonces.read(nonceKeyOf(head))
  if (!known || known.record.state === 'held')
    return seq <= queues.floor(head.lane)
      ? requeue(parts, { head, seq, record }, known?.record)
      : queues.renew(head.lane)
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
