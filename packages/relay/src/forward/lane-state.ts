import type { Lane, LeasedEntry } from '../outbox/outbox.ts'
import { type Gate, OPEN } from './gate.ts'
import { makeWindow, type Window } from './window.ts'

/** What the forwarder knows of one lane, in memory. */
export type LaneState = {
  readonly lane: Lane
  /** Leased, and waiting for their turn. */
  ready: LeasedEntry[]
  inFlight: number
  window: Window
  gate: Gate
  /** A lease is being taken. */
  leasing: boolean
  /** Work was announced since the last lease began: it may have missed it. */
  stirred: boolean
  /** The last lease found nothing more that is due. */
  dry: boolean
  /** Items that failed since the last one that passed. */
  failing: Set<string>
  /** Pauses for failing items since the last one that passed. */
  stalls: number
  lastStatus?: number | string
  lastLatencyMs?: number
  /** Calls the timer off. */
  disarm: () => void
}

export const makeLaneState = (lane: Lane, concurrency: number): LaneState => ({
  lane,
  ready: [],
  inFlight: 0,
  window: makeWindow(concurrency),
  gate: OPEN,
  leasing: false,
  stirred: false,
  dry: false,
  failing: new Set(),
  stalls: 0,
  disarm: () => {},
})
