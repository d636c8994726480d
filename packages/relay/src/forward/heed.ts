import { type BackoffPolicy, backoffMs } from '@wmkt/protocol'
import type { LeasedEntry } from '../outbox/outbox.ts'
import type { Attempt } from './attempt.ts'
import * as gates from './gate.ts'
import type { LaneState } from './lane-state.ts'
import type { Outcome } from './outcome.ts'
import type { Project } from './project.ts'
import type { Trial } from './trial.ts'
import { afterAnswer } from './window.ts'

/** As many different items failing one after the other are the upstream's fault, not theirs. */
const STALL_AFTER = 8
const STALL_POLICY: BackoffPolicy = { baseMs: 1_000, capMs: 30_000 }
const SHORTEST_STALL_MS = 250

export type HeedOptions = {
  project: Project
  trial: Trial
  concurrency: number
  now: () => number
  random: () => number
  /** The lane's gate has changed. */
  onGate: (lane: LaneState) => void
  onLaneParked: (lane: LaneState, code: string) => void
}

type Heed = (lane: LaneState, entry: LeasedEntry, attempt: Attempt) => void

/** What a verdict means for those who come after: windows, pauses, parking. The entry itself is settled elsewhere. */
export const createHeed = (options: HeedOptions): Heed => {
  const { project, trial, concurrency, now, random, onGate, onLaneParked } = options

  const turnGate = (lane: LaneState, gate: gates.Gate) => {
    if (gate === lane.gate) return
    lane.gate = gate
    onGate(lane)
  }
  const pass = (lane: LaneState) => {
    lane.stalls = 0
    lane.failing.clear()
    if (project.gate().state === 'trial') trial.over()
    project.passed()
    turnGate(lane, gates.passed(lane.gate))
  }
  const fail = (lane: LaneState, nonce: string) => {
    lane.failing.add(nonce)
    if (lane.failing.size < STALL_AFTER) return
    lane.failing.clear()
    lane.stalls += 1
    const waitMs = Math.max(SHORTEST_STALL_MS, backoffMs(lane.stalls, STALL_POLICY, random))
    turnGate(lane, gates.pause(lane.gate, now() + waitMs))
  }

  return (lane, entry, { verdict, outcome }) => {
    if (outcome) noteOutcome(lane, outcome, concurrency)
    if ('kind' in verdict) return verdict.kind === 'no-token' ? project.park(verdict.code) : undefined
    switch (verdict.type) {
      case 'ack':
        return pass(lane)
      case 'bury':
        return verdict.code === 'UPSTREAM_REJECTED' ? pass(lane) : undefined
      case 'refused':
        trial.failed(entry.nonce)
        return project.park('UNAUTHORIZED')
      case 'park':
        trial.failed(entry.nonce)
        if (lane.gate.state === 'open') onLaneParked(lane, verdict.code)
        turnGate(lane, gates.park(lane.gate, verdict.code, now(), random))
        return project.suspect()
      case 'retry':
        return verdict.pauseMs === undefined
          ? fail(lane, entry.nonce)
          : turnGate(lane, gates.pause(lane.gate, now() + verdict.pauseMs))
      case 'again':
      case 'doubt':
        return outcome ? fail(lane, entry.nonce) : undefined
    }
  }
}

const strained = (outcome: Outcome): boolean =>
  outcome.kind === 'failure' || outcome.status === 429 || outcome.status >= 500

const noteOutcome = (lane: LaneState, outcome: Outcome, concurrency: number): void => {
  lane.lastStatus = outcome.kind === 'answer' ? outcome.status : outcome.code
  lane.lastLatencyMs = outcome.latencyMs
  const answer = { latencyMs: outcome.latencyMs, strained: strained(outcome) }
  lane.window = afterAnswer(lane.window, answer, concurrency)
}
