import type { LeasedEntry } from '../outbox/outbox.ts'
import type { LaneState } from './lane-state.ts'

/** Items in all; beyond, all begins over. */
const MAX_REMEMBERED = 1_000

export interface Trial {
  /** The item was refused while others may be fine. */
  failed(lane: LaneState, nonce: string): void
  /** Takes the lane's first entry not tried in vain before; when all were, begins over. */
  pick(lane: LaneState): LeasedEntry | undefined
  /** Entries of the lane that were tried in vain. */
  triedIn(lane: LaneState): number
  /** Lanes in the order in which they are to be tried: the one that had its turn last comes last. */
  inTurn(lanes: Iterable<LaneState>): LaneState[]
  /** The lane goes well: what was tried of it is forgotten. */
  passed(lane: LaneState): void
  /** All goes well. */
  over(): void
}

/**
 * Chooses whom to try next while deliveries are parked: each time another lane, and of a lane another item, so that bad
 * ones cannot keep all parked.
 */
export const createTrial = (): Trial => {
  const tried = new Map<LaneState, Set<string>>()
  let remembered = 0
  let last: LaneState | undefined
  const triedOf = (lane: LaneState): Set<string> => tried.get(lane) ?? new Set()
  const over = () => {
    tried.clear()
    remembered = 0
  }
  /** Asked with each delivery. */
  const triedIn = (lane: LaneState): number => tried.get(lane)?.size ?? 0
  const forget = (lane: LaneState) => {
    remembered -= triedIn(lane)
    tried.delete(lane)
  }
  return {
    failed(lane, nonce) {
      if (remembered >= MAX_REMEMBERED) over()
      const before = triedOf(lane)
      if (!before.has(nonce)) remembered += 1
      tried.set(lane, before.add(nonce))
    },
    pick(lane) {
      last = lane
      const before = triedOf(lane)
      const untried = lane.ready.findIndex(({ nonce }) => !before.has(nonce))
      if (untried < 0) forget(lane)
      return lane.ready.splice(Math.max(0, untried), 1)[0]
    },
    triedIn,
    inTurn(lanes) {
      const all = [...lanes]
      const next = last ? all.indexOf(last) + 1 : 0
      return [...all.slice(next), ...all.slice(0, next)]
    },
    passed: forget,
    over,
  }
}
