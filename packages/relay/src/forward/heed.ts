import { type BackoffPolicy, backoffMs } from '@wmkt/protocol'
import type { LeasedEntry } from '../outbox/outbox.ts'
import type { Attempt } from './attempt.ts'
import { CANARY_WAITS, type Canary } from './canary.ts'
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
  canaries: Pick<Canary, 'proves' | 'refused'>
}

type Heed = (lane: LaneState, entry: LeasedEntry, attempt: Attempt) => void

/** What a verdict means for those who come after: windows, pauses, parking. The entry itself is settled elsewhere. */
export const createHeed = (options: HeedOptions): Heed => {
  const { project, trial, concurrency, now, random, onGate, onLaneParked, canaries } = options

  const turnGate = (lane: LaneState, gate: gates.Gate) => {
    if (gate === lane.gate) return
    lane.gate = gate
    onGate(lane)
  }
  /** The API answered: whatever was wrong with the project is over. */
  const answered = (lane: LaneState) => {
    lane.stalls = 0
    if (lane.failing.size > 0) lane.failing.clear()
    if (project.gate().state === 'trial') trial.over()
    else if (lane.gate.state === 'trial') trial.passed(lane)
    project.passed()
  }
  /** An answer that came before the event was processed proves nothing of its type. */
  const pass = (lane: LaneState, canary: boolean) => {
    answered(lane)
    if (canaries.proves(lane, canary) || !gates.isUnproven(lane.gate)) turnGate(lane, gates.passed(lane.gate))
  }
  /** What follows would be trashed likewise: it waits. */
  const refuse = (lane: LaneState) => {
    answered(lane)
    canaries.refused(lane)
    if (lane.gate.state !== 'parked') onLaneParked(lane, 'UNPROVEN')
    turnGate(lane, gates.parkFor(lane.gate, 'UNPROVEN', now(), random, CANARY_WAITS))
  }
  const fail = (lane: LaneState, nonce: string) => {
    lane.failing.add(nonce)
    if (lane.failing.size < STALL_AFTER) return
    lane.failing.clear()
    lane.stalls += 1
    const waitMs = Math.max(SHORTEST_STALL_MS, backoffMs(lane.stalls, STALL_POLICY, random))
    turnGate(lane, gates.pause(lane.gate, now() + waitMs))
  }

  return (lane, entry, { verdict, outcome, canary = false }) => {
    if (outcome) noteOutcome(lane, outcome, concurrency)
    if ('kind' in verdict) return verdict.kind === 'no-token' ? project.park(verdict.code) : undefined
    switch (verdict.type) {
      case 'ack':
        return pass(lane, canary)
      case 'bury':
        if (verdict.code !== 'UPSTREAM_REJECTED') return
        return canary ? refuse(lane) : pass(lane, canary)
      case 'refused':
        trial.failed(lane, entry.nonce)
        return project.park('UNAUTHORIZED')
      case 'park':
        trial.failed(lane, entry.nonce)
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
