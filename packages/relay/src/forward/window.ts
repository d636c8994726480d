/**
 * How many requests a lane may have in flight: additive increase, multiplicative decrease. One turn is as many answers
 * as the window was wide when the turn began.
 */
export type Window = {
  readonly size: number
  /** Answers to come until this turn ends. */
  readonly left: number
  /** Shrunk in this turn already: those in flight together fail together, and that is one sign, not many. */
  readonly hurt: boolean
  readonly turnMs: number
  readonly turnLength: number
  /** Mean latency of the quickest turn, drifting up slowly so that an upstream which grew slower for good is believed. */
  readonly bestMs: number
}

export const START_SIZE = 4
const SHRINK = 0.7
/** A turn below this mean latency is never called slow. */
const SLOW_FLOOR_MS = 250
const SLOW_FACTOR = 3
const DRIFT = 1.02

export const makeWindow = (cap: number): Window => turnOf(Math.min(START_SIZE, cap), Number.POSITIVE_INFINITY)

const turnOf = (size: number, bestMs: number): Window => ({
  size,
  left: size,
  hurt: false,
  turnMs: 0,
  turnLength: size,
  bestMs,
})

const shrunk = (size: number): number => Math.max(1, Math.floor(size * SHRINK))

/** The window after one more answer. `strained`: 429, 5xx or no answer at all. */
export const afterAnswer = (
  { size, left, hurt, turnMs, turnLength, bestMs }: Window,
  { latencyMs, strained }: { latencyMs: number; strained: boolean },
  cap: number,
): Window => {
  const next: Window = {
    size: strained && !hurt ? shrunk(size) : size,
    left: left - 1,
    hurt: hurt || strained,
    turnMs: turnMs + latencyMs,
    turnLength,
    bestMs,
  }
  return next.left > 0 ? next : closeTurn(next, cap)
}

const closeTurn = (window: Window, cap: number): Window => {
  const meanMs = window.turnMs / window.turnLength
  const bestMs = Math.min(meanMs, window.bestMs * DRIFT)
  if (window.hurt) return turnOf(window.size, bestMs)
  const slow = meanMs > SLOW_FLOOR_MS && meanMs > SLOW_FACTOR * window.bestMs
  return turnOf(slow ? shrunk(window.size) : Math.min(cap, window.size + 1), bestMs)
}
