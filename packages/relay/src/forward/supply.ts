import type { Clock } from '../clock.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Log } from '../telemetry/log.ts'
import { elapse, gateDueAt } from './gate.ts'
import type { LaneState } from './lane-state.ts'

/** Least entries leased at a time: enough for a trial to choose another item than the last. */
const LEAST_CHUNK = 8
/** Stock, in windows: a lease costs the outbox a search. */
const STOCK = 4
const AFTER_FAULT_MS = 1_000

export interface Supply {
  /** Leases a chunk when the lane runs low and may hold more. */
  fill(lane: LaneState): void
  /** Work was announced for the lane. */
  stir(lane: LaneState): void
  /** Gives the waiting leases back: the lane's gate has closed. */
  giveBack(lane: LaneState): void
  /** Wakes the lane when its gate falls due. The outbox itself tells of entries that do. */
  arm(lane: LaneState): void
}

export type SupplyOptions = {
  outbox: Outbox
  clock: Clock
  log: Log
  /** Nothing may be delivered from the lane for now: entries leased meanwhile go back. */
  closed: (lane: LaneState) => boolean
  /** Entries came, or the lane's gate opened. */
  onSupply: (lane: LaneState) => void
}

/** Keeps each lane's small stock of leased entries. An entry put while a lease comes back empty is not overlooked. */
export const createSupply = ({ outbox, clock, log, closed, onSupply }: SupplyOptions): Supply => {
  const wakeAt = (lane: LaneState, at: number) => {
    lane.disarm()
    lane.disarm = clock.after(Math.max(1, at - clock.now()), () => {
      lane.gate = elapse(lane.gate, clock.now())
      lane.dry = false
      arm(lane)
      onSupply(lane)
    })
  }
  const arm = (lane: LaneState) => {
    const at = gateDueAt(lane.gate)
    if (at === undefined) lane.disarm()
    else wakeAt(lane, at)
  }
  const giveBack = (lane: LaneState) => {
    if (lane.ready.length > 0) outbox.release(lane.ready.map((entry) => entry.ref))
    lane.ready = []
    lane.dry = false
  }
  const lease = async (lane: LaneState, max: number) => {
    lane.leasing = true
    lane.stirred = false
    try {
      const leased = await outbox.lease(lane.lane, max)
      lane.ready.push(...leased)
      lane.dry = leased.length < max && !lane.stirred
    } catch (error) {
      log.warn({ err: error, lane: lane.lane }, 'the outbox gave no lease')
      lane.dry = true
      wakeAt(lane, clock.now() + AFTER_FAULT_MS)
      return
    } finally {
      lane.leasing = false
    }
    if (closed(lane)) giveBack(lane)
    onSupply(lane)
  }
  return {
    fill(lane) {
      const max = Math.max(LEAST_CHUNK, STOCK * lane.window.size) - lane.ready.length
      if (!lane.leasing && !lane.dry && !closed(lane) && lane.ready.length < lane.window.size)
        void lease(lane, max)
    },
    stir(lane) {
      lane.stirred = true
      lane.dry = false
      onSupply(lane)
    },
    giveBack,
    arm,
  }
}
