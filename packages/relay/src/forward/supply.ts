import type { Clock } from '../clock.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Log } from '../telemetry/log.ts'
import { elapse, gateDueAt } from './gate.ts'
import type { LaneState } from './lane-state.ts'

/** Stock of all lanes together, in requests that may be in flight: a lease costs the outbox a search. */
const STOCK = 4
/** Of a lane: enough for a trial to choose another item than the last. */
const LEAST_CHOICE = 8
/** Of one of many lanes, for with each entry comes the record it is in; a trial then has other lanes to choose from. */
const LEAST_STOCK = 2
const FEW_LANES = 32
/** A lane leases when it has less than this part of its stock. */
const LOW = 1 / 4
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
  /** Most requests in flight. */
  concurrency: number
  /** Nothing may be delivered from the lane for now: entries leased meanwhile go back. */
  closed: (lane: LaneState) => boolean
  /** Entries came, or the lane's gate opened. */
  onSupply: (lane: LaneState) => void
}

/** Keeps each lane's small stock of leased entries. An entry put while a lease comes back empty is not overlooked. */
export const createSupply = (options: SupplyOptions): Supply => {
  const { outbox, clock, log, concurrency, closed, onSupply } = options
  /** Lanes that deliver, or would. They share the stock. */
  const busy = new Set<LaneState>()
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
  const note = (lane: LaneState) => {
    if (closed(lane) || (lane.dry && lane.ready.length === 0)) busy.delete(lane)
    else busy.add(lane)
  }
  const stockOf = (lane: LaneState): number => {
    const hasChoice = busy.size > FEW_LANES && lane.gate.state === 'open'
    const least = hasChoice ? LEAST_STOCK : LEAST_CHOICE
    const share = Math.floor((STOCK * concurrency) / busy.size)
    return Math.max(least, Math.min(share, STOCK * lane.window.size))
  }
  const giveBack = (lane: LaneState) => {
    if (lane.ready.length > 0) outbox.release(lane.ready.map((entry) => entry.ref))
    lane.ready = []
    lane.dry = false
    note(lane)
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
      note(lane)
      if (lane.leasing || lane.dry || closed(lane)) return
      const stock = stockOf(lane)
      if (lane.ready.length < LOW * stock) void lease(lane, stock - lane.ready.length)
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
