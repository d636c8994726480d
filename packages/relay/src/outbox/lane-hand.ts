import type { Clock } from '../clock.ts'
import { createHeap } from './heap.ts'
import { createNumberMap } from './number-map.ts'

/** An entry's place in its lane as one number, in order of arrival. */
export type Place = number

const INDICES = 65_536
export const placeOf = (seq: number, index: number): Place => seq * INDICES + index
export const seqOfPlace = (place: Place): number => Math.floor(place / INDICES)
export const indexOfPlace = (place: Place): number => place % INDICES

/** What of a lane is in memory: leases, waits, and how far it was walked. All else is on disk, fresh and due. */
export interface LaneHand {
  /** Where the entries not yet seen begin, and the group they are in. */
  cursor: Place
  cursorGroup: number
  /** Entries seen before that are not leased. */
  waiting(): number
  isLeased(place: Place): boolean
  groupOfLeased(place: Place): number | undefined
  lease(place: Place, group: number): void
  /** Leases an entry to somebody who did not walk the lane. @returns how to end the lease without a trace; undefined when it is leased */
  claim(place: Place, group: number): (() => void) | undefined
  /** The lease has ended with the entry. */
  letGo(place: Place): void
  /** The lease has ended without a trace: the entry is due at once, and whoever ended it knows. */
  release(place: Place): void
  /** The lease has ended and the entry is due at `dueAt`. */
  wait(place: Place, dueAt: number): void
  /** Takes the earliest-arrived entry that has come due, and leases it. */
  takeDue(): Place | undefined
  nextDueAt(): number | undefined
  stop(): void
}

export const createLaneHand = (clock: Clock, onDue: () => void): LaneHand => {
  /** Groups, twice over, and 1 more for what is leased. */
  const known = createNumberMap()
  /** Those that waited when they were claimed, and are to be passed over when they come up. */
  const claimed = new Set<Place>()
  const waiting = createHeap<Place>()
  const due = createHeap<Place>()
  let wakeAt = Number.POSITIVE_INFINITY
  let callOff = () => {}

  const arm = () => {
    const next = waiting.rank() ?? Number.POSITIVE_INFINITY
    if (next >= wakeAt) return
    callOff()
    wakeAt = next
    callOff = clock.after(Math.max(0, next - clock.now()), wake)
  }
  const collect = () => {
    while ((waiting.rank() ?? Number.POSITIVE_INFINITY) <= clock.now()) {
      const place = waiting.take()
      if (place !== undefined) due.add(place, place)
    }
  }
  const wake = () => {
    wakeAt = Number.POSITIVE_INFINITY
    collect()
    arm()
    onDue()
  }
  const turn = (place: Place, isLeased: boolean) => {
    const before = known.get(place)
    if (before !== undefined) known.set(place, 2 * Math.floor(before / 2) + (isLeased ? 1 : 0))
  }
  const hand: LaneHand = {
    cursor: 0,
    cursorGroup: 0,
    waiting: () => waiting.size() + due.size(),
    isLeased: (place) => (known.get(place) ?? 0) % 2 === 1,
    groupOfLeased(place) {
      const value = known.get(place) ?? 0
      return value % 2 === 1 ? (value - 1) / 2 : undefined
    },
    lease: (place, group) => known.set(place, 2 * group + 1),
    claim(place, group) {
      if (hand.isLeased(place)) return undefined
      const isNew = known.get(place) === undefined
      if (!isNew) claimed.add(place)
      hand.lease(place, group)
      return () => {
        if (claimed.delete(place)) turn(place, false)
        else if (!isNew || place < hand.cursor) hand.release(place)
        else hand.letGo(place)
      }
    },
    letGo: known.delete,
    release(place) {
      turn(place, false)
      due.add(place, place)
    },
    wait(place, dueAt) {
      turn(place, false)
      waiting.add(dueAt, place)
      arm()
    },
    takeDue() {
      collect()
      for (;;) {
        const place = due.take()
        if (place !== undefined && claimed.delete(place)) continue
        if (place !== undefined) turn(place, true)
        return place
      }
    },
    nextDueAt: () => (due.size() > 0 ? clock.now() : waiting.rank()),
    stop() {
      callOff()
    },
  }
  return hand
}
