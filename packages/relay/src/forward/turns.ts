import type { LeasedEntry } from '../outbox/outbox.ts'
import { widthOf } from './gate.ts'
import type { LaneState } from './lane-state.ts'

export interface Turns {
  /** The lane may have something to deliver: it queues up for a turn. */
  join(lane: LaneState): void
  /** Begins deliveries, one a lane and turn, as long as there is room. */
  run(): void
}

export type TurnsOptions = {
  /** Deliveries that may begin over all lanes. */
  room: () => number
  /** Takes the lane's next entry off its stock. */
  pick: (lane: LaneState) => LeasedEntry | undefined
  /** Begins a delivery; counts it in flight before it returns. */
  begin: (lane: LaneState, entry: LeasedEntry) => void
  /** The lane's stock was drawn on. */
  onDrawn: (lane: LaneState) => void
}

const mayBegin = (lane: LaneState): boolean =>
  lane.ready.length > 0 && lane.inFlight < Math.min(lane.window.size, widthOf(lane.gate))

/** Round-robin between lanes: in the order of joining, and whoever had a turn joins again at the end. */
export const createTurns = ({ room, pick, begin, onDrawn }: TurnsOptions): Turns => {
  const waiting: LaneState[] = []
  const join = (lane: LaneState) => {
    if (!waiting.includes(lane) && mayBegin(lane)) waiting.push(lane)
  }
  const takeTurn = (lane: LaneState) => {
    const entry = mayBegin(lane) ? pick(lane) : undefined
    if (!entry) return
    begin(lane, entry)
    join(lane)
    onDrawn(lane)
  }
  return {
    join,
    run() {
      while (room() > 0) {
        const next = waiting.shift()
        if (!next) return
        takeTurn(next)
      }
    },
  }
}
