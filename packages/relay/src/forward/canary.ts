import type { Lane } from '../outbox/outbox.ts'
import { type Gate, isUnproven, OPEN, unproven } from './gate.ts'
import type { LaneState } from './lane-state.ts'

/** Which deliveries ask the upstream to process the event before it answers: it says then what it would have trashed. */
export interface Canary {
  /** The gate of a lane not seen before: its first event goes alone, unless nobody can tell what becomes of it. */
  firstGate(lane: Lane): Gate
  /** The next delivery of the lane is one. To be asked once for each. */
  isDue(lane: LaneState): boolean
  /** A delivery got through. True when that proves that the lane's events do. */
  proves(lane: LaneState, canary: boolean): boolean
  /** A canary did not: nothing is proven any more. */
  refused(lane: LaneState): void
  /** The lane's next event is to go alone. False when nothing changes by that. */
  doubt(lane: LaneState): boolean
  /** The upstream has no such endpoint, as older deployments: it is not asked again. */
  unknown(): void
}

/** Before the next event of a refused type is tried. Each costs a dead letter, not a trashed event. */
export const CANARY_WAITS = { policy: { baseMs: 120_000, capMs: 900_000 }, shortestMs: 60_000 }

const isOfEvents = (lane: Lane): boolean => lane.startsWith('event:')

/** @param every one in so many events of each type goes as a canary; 0: none at all */
export const createCanary = (every: number, now: () => number): Canary => {
  const sent = new Map<Lane, number>()
  /** Kept beside the gates: a pause that the upstream names leaves a lane open, and proves nothing. */
  const proven = new Set<Lane>()
  let off = every === 0
  const isNth = (lane: Lane): boolean => {
    const count = (sent.get(lane) ?? 0) + 1
    sent.set(lane, count % every)
    return count === every
  }
  return {
    firstGate: (lane) => (off || !isOfEvents(lane) ? OPEN : unproven(OPEN, now())),
    isDue: ({ lane, gate }) =>
      !off && isOfEvents(lane) && (!proven.has(lane) || isUnproven(gate) || isNth(lane)),
    proves({ lane }, canary) {
      if (canary) proven.add(lane)
      return canary || off
    },
    refused: ({ lane }) => void proven.delete(lane),
    doubt(lane) {
      const before = lane.gate
      proven.delete(lane.lane)
      if (!off && isOfEvents(lane.lane)) lane.gate = unproven(before, now())
      return lane.gate !== before
    },
    unknown() {
      off = true
    },
  }
}
