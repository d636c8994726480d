import { type Clock, systemClock } from '../../packages/relay/src/clock.ts'

/** The machine's clock, which a test may put forward: what falls due by that is called at once. */
export const createLeapingClock = (): Clock & { leap(ms: number): void } => {
  let ahead = 0
  const timers = new Set<{ at: number; fire: () => void }>()
  const now = () => systemClock.now() + ahead
  return {
    now,
    after(ms, callback) {
      const callOff = systemClock.after(ms, () => timer.fire())
      const end = () => {
        callOff()
        timers.delete(timer)
      }
      const timer = {
        at: now() + ms,
        fire() {
          end()
          callback()
        },
      }
      timers.add(timer)
      return end
    },
    leap(ms) {
      ahead += ms
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) if (timer.at <= now()) timer.fire()
    },
  }
}
