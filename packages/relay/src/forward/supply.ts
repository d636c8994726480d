import type { Clock } from '../clock.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Log } from '../telemetry/log.ts'
import { elapse, gateDueAt } from './gate.ts'
import type { LaneState } from './lane-state.ts'

/** Stock of all lanes together, in requests that may be in flight: a lease costs the outbox a search. */
const STOCK = 4
/** Of a lane, besides what a trial has tried in vain: enough for it to choose another item each time. */
const CHOICE = 8
/** The same where many lanes are to choose from: with each entry comes the record it is in. */
const FEW = 2
const MANY_LANES = 32
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
  /** Most requests in flight, of this relay. */
  concurrency: number
  /** Entries of the lane that a trial has tried in vain. */
  triedIn: (lane: LaneState) => number
  /** Nothing may be delivered from the lane for now: entries leased meanwhile go back. */
  closed: (lane: LaneState) => boolean
  /** Entries came, or the lane's gate opened. */
  onSupply: (lane: LaneState) => void
}

/** Keeps each lane's small stock of leased entries. An entry put while a lease comes back empty is not overlooked. */
export const createSupply = (options: SupplyOptions): Supply => {
  const { outbox, clock, log, concurrency, triedIn, closed, onSupply } = options
  /** Lanes that deliver, or would. They share the stock. */
  const busy = new Set<LaneState>()
  const retrying = new Set<LaneState>()
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
    const isOneOfMany = busy.size > MANY_LANES && lane.gate.state === 'open'
    const share = Math.floor((STOCK * concurrency) / busy.size)
    return Math.max(isOneOfMany ? FEW : CHOICE, Math.min(share, STOCK * lane.window.size))
  }
  const giveBack = (lane: LaneState) => {
    if (lane.ready.length > 0) outbox.release(lane.ready.map((entry) => entry.ref))
    lane.ready = []
    lane.dry = false
    note(lane)
  }
  /** By a timer of its own: that of the gate is called off when the gate opens. */
  const retry = (lane: LaneState) => {
    if (retrying.has(lane)) return
    retrying.add(lane)
    clock.after(AFTER_FAULT_MS, () => {
      retrying.delete(lane)
      lane.dry = false
      onSupply(lane)
    })
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
      retry(lane)
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
      const tried = triedIn(lane)
      if (lane.ready.length < LOW * stock + tried) void lease(lane, stock + tried - lane.ready.length)
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
