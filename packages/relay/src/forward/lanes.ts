import type { Lane } from '../outbox/outbox.ts'
import type { Gate } from './gate.ts'
import { type LaneState, makeLaneState } from './lane-state.ts'

export interface Lanes {
  of(lane: Lane): LaneState
  all(): Iterable<LaneState>
}

/** The lanes seen so far. The outbox bounds how many there are, so none is forgotten: their windows are worth keeping. */
export const createLanes = (concurrency: number, firstGate: (lane: Lane) => Gate): Lanes => {
  const states = new Map<Lane, LaneState>()
  return {
    of(lane) {
      const known = states.get(lane)
      if (known) return known
      const state = { ...makeLaneState(lane, concurrency), gate: firstGate(lane) }
      states.set(lane, state)
      return state
    },
    all: () => states.values(),
  }
}
