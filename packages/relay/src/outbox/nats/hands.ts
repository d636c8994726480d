import type { Clock } from '../../clock.ts'
import { createLaneHand, type LaneHand } from '../lane-hand.ts'
import type { EntryRef, Lane, LeasedEntry } from '../outbox.ts'
import type { ItemHead } from './frame.ts'
import type { HeldState, ItemRecord } from './item-record.ts'
import type { Delivery } from './pull.ts'

/** An item the server has handed to this relay: leased to a caller, or kept until it is due. */
export type InHand = {
  entry: LeasedEntry
  head: ItemHead
  delivery: Delivery
  /** What the bucket of nonces says of it, and which revision that is; 0: nothing yet. */
  record: ItemRecord & HeldState
  revision: number
  leased: boolean
  /** Epoch ms since when nobody wants it; for waiting ones, when they are due. */
  since: number
}

/** All that this relay holds of the shared queue. What it lets go of, the server hands to whoever asks. */
export interface Hands {
  /** Leased to the caller at once; undefined when it is leased already, and the server has only handed it out anew. */
  take(item: InHand): LeasedEntry | undefined
  /** Kept until it is due. */
  keep(item: InHand, dueAt: number): void
  /** The ones in hand that are due, leased to the caller. */
  due(lane: Lane, max: number): LeasedEntry[]
  leased(ref: EntryRef): InHand | undefined
  at(seq: number): InHand | undefined
  has(seq: number): boolean
  release(ref: EntryRef): void
  /** In hand no more. */
  drop(item: InHand): void
  count(lane: Lane): number
  nextDueAt(lane: Lane): number | undefined
  all(): Iterable<InHand>
  stop(): void
}

export const createHands = (clock: Clock, onDue: (lane: Lane) => void): Hands => {
  const items = new Map<number, InHand>()
  const lanes = new Map<Lane, { hand: LaneHand; count: number }>()
  const laneOf = (lane: Lane) => {
    const known = lanes.get(lane) ?? { hand: createLaneHand(clock, () => onDue(lane)), count: 0 }
    lanes.set(lane, known)
    return known
  }
  /** The one we have of it already goes on, with the server's newer handle. */
  const merge = (item: InHand): InHand => {
    const { seq, lane } = item.entry.ref
    const before = items.get(seq)
    if (before) before.delivery = item.delivery
    else laneOf(lane).count += 1
    items.set(seq, before ?? item)
    return before ?? item
  }
  const lease = (item: InHand): LeasedEntry => {
    item.leased = true
    item.entry = { ...item.entry, ...attemptsOf(item.record) }
    return item.entry
  }
  /** Places of items that left the hand meanwhile, or were leased otherwise, are passed over. */
  const takeDue = (hand: LaneHand): InHand | undefined => {
    for (;;) {
      const seq = hand.takeDue()
      if (seq === undefined) return undefined
      const item = items.get(seq)
      if (item && !item.leased && item.since <= clock.now()) return item
    }
  }
  return {
    take(item) {
      const mine = merge(item)
      return mine === item ? lease(item) : undefined
    },
    keep(item, dueAt) {
      const mine = merge(item)
      mine.leased = false
      mine.since = dueAt
      laneOf(item.entry.lane).hand.wait(item.entry.ref.seq, dueAt)
    },
    due(lane, max) {
      const given: LeasedEntry[] = []
      const known = lanes.get(lane)
      while (known && given.length < max) {
        const item = takeDue(known.hand)
        if (!item) break
        given.push(lease(item))
      }
      return given
    },
    leased(ref) {
      const item = items.get(ref.seq)
      return item?.leased ? item : undefined
    },
    at: (seq) => items.get(seq),
    has: (seq) => items.has(seq),
    release(ref) {
      const item = items.get(ref.seq)
      if (!item?.leased) return
      item.leased = false
      item.since = clock.now()
      laneOf(ref.lane).hand.release(ref.seq)
    },
    drop({ entry }) {
      if (items.delete(entry.ref.seq)) laneOf(entry.lane).count -= 1
    },
    count: (lane) => lanes.get(lane)?.count ?? 0,
    nextDueAt: (lane) => lanes.get(lane)?.hand.nextDueAt(),
    all: () => items.values(),
    stop() {
      for (const { hand } of lanes.values()) hand.stop()
    },
  }
}

const attemptsOf = ({ attempts, triedMs, attempting }: HeldState) => ({ attempts, triedMs, attempting })
