import type { Clock } from '../../packages/relay/src/clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on and fires what falls due, in order, each at its own time. */
  advance(ms: number): void
  /** Epoch ms of the next timer; undefined when none is set. */
  nextAt(): number | undefined
}

/** A clock that moves only by hand. */
export const createManualClock = (startAt = Date.UTC(2026, 0, 1)): ManualClock => {
  let now = startAt
  const timers = new Set<{ at: number; callback: () => void }>()
  const earliest = () =>
    [...timers].reduce((a, b) => (b.at < a.at ? b : a), { at: Infinity, callback: () => {} })
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + Math.max(0, ms), callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(ms) {
      const until = now + ms
      for (let timer = earliest(); timer.at <= until; timer = earliest()) {
        timers.delete(timer)
        now = timer.at
        timer.callback()
      }
      now = until
    },
    nextAt: () => (timers.size > 0 ? earliest().at : undefined),
  }
}
