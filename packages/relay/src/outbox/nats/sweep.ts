import type { StoredMsg } from '@nats-io/jetstream'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
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
import { createSuspects, type Suspects } from './suspects.ts'
import type { Counts, View } from './view.ts'
import { whereaboutsOf } from './whereabouts.ts'

export type SweepParts = {
  link: Link
  names: Names
  queues: Queues
  nonces: NonceBucket
  hands: Hands
  settling: Settle
  view: View
  register: Register
  clock: Clock
  log: Log
  onPut: (lanes: ReadonlySet<Lane>) => void
}

/** Looks in a row that must find more in the stream than in its queues: one alone sees what is just on its way. */
const SURPLUS = 5
/** Looks at which the same item was the oldest: it waits for another attempt, or for nobody. */
const STANDING = 30
/** Items looked at in one go. */
const STRETCH = 128
/** For a leader that knew nothing of an item to come to know it. */
const FORGOTTEN_MS = 5_000
/** Longer than an attempt lasts that another relay has begun, and than a lease that nobody renews. */
const UNCLEAR_MS = 60_000

/**
 * Finds items that are in the stream and that nobody would hand out any more. Leaders that change, and copies that lag,
 * may take one for acknowledged that is not, forget that it was handed out, or keep it though it was acknowledged: seen
 * of 2.9.10 and of 2.10.27. What its record says is done is taken off. What is not is put into the queue anew, or its
 * queue is made anew if somebody has removed that.
 */
export const createSweep = (parts: SweepParts): ((counts: Counts) => Promise<void>) => {
  const occasionOf = createOccasion()
  const suspects = createSuspects()
  let from = 0
  return async (counts) => {
    const occasion = occasionOf(counts)
    if (!occasion || !counts.first) return
    const end = occasion === 'surplus' ? Number.POSITIVE_INFINITY : parts.queues.reach()
    const found = await stretchOf(parts, Math.max(from, counts.first.seq), end)
    await Promise.all(found.map((message) => look(parts, message, suspects, occasion)))
    const last = found.length === STRETCH ? found.at(-1) : undefined
    from = last ? last.seq + 1 : 0
    if (!last) suspects.endRound()
  }
}

/**
 * `surplus`: the stream holds more than its queues count. They may count wrongly too, or not at all while nobody answers
 * for them. `standing`: the oldest item stays the oldest.
 */
type Occasion = 'surplus' | 'standing'

const createOccasion = () => {
  let surplus = 0
  let stood = 0
  let oldest: number | undefined
  return ({ held, lanes, first }: Counts): Occasion | undefined => {
    const queued = [...lanes.values()].reduce((sum, count) => sum + count, 0)
    surplus = held > queued ? surplus + 1 : 0
    stood = first && first.seq === oldest ? stood + 1 : 0
    oldest = first?.seq
    if (surplus >= SURPLUS) return 'surplus'
    return stood > 0 && stood % STANDING === 0 ? 'standing' : undefined
  }
}

const stretchOf = async ({ link, names }: SweepParts, start: number, end: number): Promise<StoredMsg[]> => {
  const found: StoredMsg[] = []
  for (let seq = start; found.length < STRETCH && seq <= end; ) {
    const next = { seq, next_by_subj: names.subject.items }
    const message = await link.jsm.streams.getMessage(names.items, next)
    if (!message) break
    found.push(message)
    seq = message.seq + 1
  }
  return found
}

const look = async (
  parts: SweepParts,
  { seq, data }: StoredMsg,
  suspects: Suspects,
  occasion: Occasion,
): Promise<void> => {
  const { queues, nonces, hands, clock } = parts
  if (hands.has(seq)) return
  const handed = { ...decodeFrame<ItemHead>(data), seq }
  const { lane } = handed.head
  const known = await nonces.read(nonceKeyOf(handed.head))
  const now = clock.now()
  const at = whereaboutsOf(seq, known?.record, queues.stand(lane), now)
  if (known && at === 'done') return takeOff(parts, handed, known.record)
  if (at === 'unqueued' && occasion === 'surplus') return queues.renew(lane)
  if (at !== 'forgotten' && at !== 'unclear') return
  const since = suspects.seen(seq, known?.revision ?? 0, now)
  const isLost =
    at === 'forgotten'
      ? now - since >= FORGOTTEN_MS
      : now - since >= UNCLEAR_MS && queues.exhaustedAt(lane) > since
  if (isLost) await requeue(parts, handed, known?.record)
}

const takeOff = ({ link, names, settling }: SweepParts, handed: Handed, record: ItemRecord) =>
  settling.finish(handed, record, () => link.jsm.streams.deleteMessage(names.items, handed.seq, false))

/** First the copy, then the count, then the old one goes: its record sees to it that one of them alone is delivered. */
const requeue = async (
  { link, names, view, register, onPut, log }: SweepParts,
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
  log.warn({ lane: head.lane }, 'an item that no queue handed out any more is in its queue again')
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
