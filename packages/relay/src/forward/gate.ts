import { type BackoffPolicy, backoffMs } from '@wmkt/protocol'
import type { ParkCode } from './verdict.ts'

/** Whether deliveries may pass: one for the project, one for each lane. */
export type Gate =
  | { readonly state: 'open' }
  /** Until a time: named by the upstream, or chosen because item after item failed. */
  | { readonly state: 'paused'; readonly until: number }
  /** Until a probe passes. There is always a next one. */
  | {
      readonly state: 'parked'
      readonly code: ParkCode
      readonly since: number
      readonly probes: number
      readonly nextProbeAt: number
    }
  /** One at a time, until one has passed. */
  | { readonly state: 'trial'; readonly code: ParkCode; readonly since: number; readonly probes: number }

export const OPEN: Gate = { state: 'open' }

export const PROBE_POLICY = { baseMs: 1_000, capMs: 300_000 }
const SHORTEST_WAIT_MS = 1_000

/** Closes until `until`, or later when it was closed for longer already. What is parked stays parked. */
export const pause = (gate: Gate, until: number): Gate => {
  if (gate.state === 'parked') return gate
  return { state: 'paused', until: gate.state === 'paused' ? Math.max(gate.until, until) : until }
}

/** Closes until a probe; parked again after a probe in vain, it waits longer. A gate parked already stays as it is. */
export const park = (gate: Gate, code: ParkCode, now: number, random: () => number): Gate =>
  gate.state === 'parked' ? gate : parkedAfter(gate, code, now, random)

/** The probe of a parked gate was in vain. */
export const parkLonger = (gate: Gate, code: ParkCode, now: number, random: () => number): Gate =>
  parkedAfter(gate, code, now, random)

/** No event of the lane's type is known to have come through: one at a time is to show it. */
export const isUnproven = (gate: Gate): boolean =>
  (gate.state === 'trial' || gate.state === 'parked') && gate.code === 'UNPROVEN'

/** To be shown anew. What is closed for another reason stays so. */
export const unproven = (gate: Gate, now: number): Gate =>
  gate.state === 'open' || isUnproven(gate)
    ? { state: 'trial', code: 'UNPROVEN', since: now, probes: 0 }
    : gate

/** Closes for longer than a probe takes, each time longer still: what was tried costs something. */
export const parkFor = (
  gate: Gate,
  code: ParkCode,
  now: number,
  random: () => number,
  { policy, shortestMs }: { policy: BackoffPolicy; shortestMs: number },
): Gate => parkedAfter(gate, code, now, random, policy, shortestMs)

const parkedAfter = (
  gate: Gate,
  code: ParkCode,
  now: number,
  random: () => number,
  policy: BackoffPolicy = PROBE_POLICY,
  shortestMs = SHORTEST_WAIT_MS,
): Gate => {
  const before = gate.state === 'parked' || gate.state === 'trial' ? gate : { probes: 0, since: now }
  const waitMs = Math.max(shortestMs, backoffMs(before.probes + 1, policy, random))
  return { state: 'parked', code, since: before.since, probes: before.probes + 1, nextProbeAt: now + waitMs }
}

/** Parked → one at a time. */
export const tryOne = (gate: Gate): Gate =>
  gate.state === 'parked' ? { state: 'trial', code: gate.code, since: gate.since, probes: gate.probes } : gate

/** A delivery got through: the trial is over. */
export const passed = (gate: Gate): Gate => (gate.state === 'trial' ? OPEN : gate)

/** Epoch ms at which the gate has to be looked at again. */
export const gateDueAt = (gate: Gate): number | undefined =>
  gate.state === 'paused' ? gate.until : gate.state === 'parked' ? gate.nextProbeAt : undefined

/** What time alone does to a lane's gate: a pause ends, and a parked lane tries one. */
export const elapse = (gate: Gate, now: number): Gate => {
  const dueAt = gateDueAt(gate)
  if (dueAt === undefined || dueAt > now) return gate
  return gate.state === 'paused' ? OPEN : tryOne(gate)
}

/** How many deliveries the gate lets be under way at once. */
export const widthOf = (gate: Gate): number =>
  gate.state === 'open' ? Number.POSITIVE_INFINITY : gate.state === 'trial' ? 1 : 0
