import type { Counters } from './counters.ts'
import type { Gate } from './gate.ts'
import type { LaneState } from './lane-state.ts'

/** Open, or closed and until when. `trial`: parked, and one delivery at a time may show that it is over. */
export type GateStatus =
  | { state: 'running' }
  | { state: 'paused'; until: number }
  | { state: 'parked'; code: string; since: number; nextProbeAt: number }
  | { state: 'trial'; code: string; since: number }

export type LaneStatus = GateStatus & {
  lane: string
  inFlight: number
  /** Most requests in flight for the lane right now. */
  window: number
  /** Of the last attempt: HTTP status, or the code of a failure. */
  lastStatus?: number | string
  lastLatencyMs?: number
}

export type ForwardStatus = {
  project: GateStatus
  lanes: LaneStatus[]
  inFlight: number
  /** Settlements not yet on disk. */
  settling: number
  /** A probe is under way. */
  probing: boolean
  probes: number
  counters: Readonly<Counters>
}

export const gateStatusOf = (gate: Gate): GateStatus => {
  switch (gate.state) {
    case 'open':
      return { state: 'running' }
    case 'paused':
      return gate
    case 'parked':
      return { state: 'parked', code: gate.code, since: gate.since, nextProbeAt: gate.nextProbeAt }
    case 'trial':
      return { state: 'trial', code: gate.code, since: gate.since }
  }
}

export const laneStatusOf = (lane: LaneState): LaneStatus => ({
  ...gateStatusOf(lane.gate),
  lane: lane.lane,
  inFlight: lane.inFlight,
  window: lane.window.size,
  ...(lane.lastStatus !== undefined && { lastStatus: lane.lastStatus }),
  ...(lane.lastLatencyMs !== undefined && { lastLatencyMs: lane.lastLatencyMs }),
})
