import type { StoredMsg } from '@nats-io/jetstream'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Lane } from '../outbox.ts'
import { decodeFrame, type ItemHead } from './frame.ts'
import type { Hands } from './hands.ts'
import type { Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { NonceBucket } from './nonce-bucket.ts'
import { createOccasion, STANDING } from './occasion.ts'
import type { Queues } from './queues.ts'
import type { Register } from './register.ts'
import type { Remove } from './remove.ts'
import { createRequeue } from './requeue.ts'
import type { Settle } from './settle.ts'
import { createSurplus } from './surplus.ts'
import { createSuspects } from './suspects.ts'
import { isYoung } from './unknown.ts'
import type { Counts, View } from './view.ts'
import { createLaneWalk, createStreamWalk } from './walk.ts'
import { type Whereabouts, whereaboutsOf } from './whereabouts.ts'

export type SweepParts = {
  /** Signs what this relay writes. */
  relay: string
  link: Link
  names: Names
  queues: Queues
  nonces: NonceBucket
  hands: Hands
  settling: Settle
  view: View
  register: Register
  remove: Remove
  leaseMs: number
  clock: Clock
  log: Log
  onPut: (lanes: ReadonlySet<Lane>) => void
}

/** For a leader that knew nothing of an item to come to know it. */
const FORGOTTEN_MS = 5_000
/** Longer than an attempt may last that another relay has begun. */
const UNCLEAR_MS = 180_000
/** After so many looks without an occasion what was seen before says nothing any more. */
const GAP = 2 * STANDING

/**
 * Finds items that are in the stream and that nobody would hand out any more. Consumers whose leader changes, and copies
 * that lag, may forget that they handed one out, or take it for done: seen of 2.9.10 and of 2.10.27. What its record says
 * is done is taken off. What is not is put into the queue anew, or its queue is made anew if somebody has removed that.
 * To be told of each look.
 */
export const createSweep = (parts: SweepParts): ((counts: Counts) => Promise<void>) => {
  const { queues, log } = parts
  const occasionOf = createOccasion()
  const [passed, all] = [createLaneWalk(parts), createStreamWalk(parts)]
  const suspects = createSuspects()
  const judge = createJudge(parts, suspects.seen)
  let idle = 0
  let isUnderWay = false
  const startAnew = () => {
    suspects.clear()
    passed.startAnew()
    all.startAnew()
  }
  /** One that cannot be judged does not keep the others from it. */
  const judgeEach = async (items: readonly StoredMsg[]) => {
    const ends = await Promise.allSettled(items.map(judge))
    const failed = ends.filter((end) => end.status === 'rejected')
    if (failed[0])
      log.warn({ err: failed[0].reason, items: failed.length }, 'items could not be looked after')
    return new Set(ends.map((end) => (end.status === 'fulfilled' ? end.value : undefined)))
  }
  return async (counts) => {
    const occasion = occasionOf(counts)
    idle += 1
    if (!occasion && !isUnderWay) return
    if (idle > GAP) startAnew()
    idle = 0
    const { items, isLast } = await passed.next(counts.itemsEver)
    await judgeEach(items)
    isUnderWay = !isLast
    if (isLast) suspects.endRound()
    if (occasion !== 'surplus') return
    for (const lane of await judgeEach((await all.next(counts.itemsEver)).items))
      if (lane !== undefined) await queues.renew(lane)
  }
}

/** Does what is to be done about one item. Resolves to its lane when that has no queue. */
const createJudge = (
  parts: SweepParts,
  suspectSince: (seq: number, revision: number, now: number) => number,
) => {
  const { link, names, queues, nonces, hands, settling, leaseMs, clock } = parts
  const isSurplus = createSurplus(link, names)
  const requeue = createRequeue(parts)
  const unclearMs = Math.max(UNCLEAR_MS, 2 * leaseMs)
  /** Whether it has been a suspect for long enough. */
  const isLost = (at: Whereabouts, lane: Lane, since: number): boolean => {
    const forMs = clock.now() - since
    if (at === 'forgotten') return forMs >= FORGOTTEN_MS
    // Had the queue it among what it may hand out again, it would have done so before it said that it has no more.
    return forMs >= unclearMs && (at === 'begun' || queues.drainedAt(lane) > since)
  }
  return async ({ seq, data }: StoredMsg): Promise<Lane | undefined> => {
    const handed = { ...decodeFrame<ItemHead>(data), seq }
    const { head } = handed
    if (hands.has(seq)) return undefined
    const known = await nonces.read(nonceKeyOf(head))
    if (!known && isYoung(head, clock.now())) return undefined
    const at = whereaboutsOf(seq, known?.record, queues.stand(head.lane), clock.now())
    // Nobody may answer for the queue just now.
    if (at === 'unqueued') return queues.has(head.lane) ? undefined : head.lane
    if (known && at === 'done') await settling.finish(handed, known.record)
    if (at === 'done' || at === 'fine') return undefined
    const since = suspectSince(seq, known?.revision ?? 0, clock.now())
    if (!isLost(at, head.lane, since)) return undefined
    if (known && (await isSurplus(handed, known.record))) await settling.finish(handed, known.record)
    else await requeue(handed, known)
    return undefined
  }
}
