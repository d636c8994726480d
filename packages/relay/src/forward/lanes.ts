import type { Lane } from '../outbox/outbox.ts'
import { type LaneState, makeLaneState } from './lane-state.ts'

/** Lanes remembered though nothing is held in them: their windows are worth keeping, but event types are the sender's to name. */
const MAX_IDLE = 256

export interface Lanes {
  of(lane: Lane): LaneState
  all(): Iterable<LaneState>
  /** Forgets idle lanes when there are too many. */
  prune(): void
}

const isIdle = (lane: LaneState): boolean =>
  lane.dry && !lane.leasing && lane.inFlight === 0 && lane.ready.length === 0 && lane.gate.state === 'open'

/** @param holds whether the outbox holds entries of the lane */
export const createLanes = (concurrency: number, holds: (lane: Lane) => boolean): Lanes => {
  const states = new Map<Lane, LaneState>()
  return {
    of(lane) {
      const known = states.get(lane)
      if (known) return known
      const state = makeLaneState(lane, concurrency)
      states.set(lane, state)
      return state
    },
    all: () => states.values(),
    prune() {
      if (states.size <= MAX_IDLE) return
      for (const state of states.values())
        if (isIdle(state) && !holds(state.lane)) {
          state.disarm()
          states.delete(state.lane)
        }
    },
  }
}
