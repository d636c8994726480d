import type { Clock } from '../../packages/relay/src/clock.ts'

/** A clock that a test turns by hand. */
export type TurnedClock = Clock & { turn(ms: number): void }

export const createTurnedClock = (start = 1_764_000_000_000): TurnedClock => {
  let now = start
  const timers = new Set<{ at: number; callback: () => void }>()
  const nextBy = (until: number) => [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    turn(ms) {
      const until = now + ms
      for (let next = nextBy(until); next; next = nextBy(until)) {
        timers.delete(next)
        now = Math.max(now, next.at)
        next.callback()
      }
      now = until
    },
  }
}
