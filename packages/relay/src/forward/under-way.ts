import type { Clock } from '../clock.ts'
import type { LeasedEntry } from '../outbox/outbox.ts'

export interface UnderWay {
  add(entry: LeasedEntry): void
  /** False when it had been given up. */
  remove(entry: LeasedEntry): boolean
  size(): number
  /** Resolves when none is under way, or after `ms`. */
  ended(ms: number): Promise<void>
  /** Gives the rest up: whatever comes of it is heeded no more. */
  giveUp(): LeasedEntry[]
}

/** The deliveries under way. */
export const createUnderWay = (clock: Clock): UnderWay => {
  const entries = new Set<LeasedEntry>()
  let onEmpty = () => {}
  return {
    add: (entry) => void entries.add(entry),
    remove(entry) {
      const known = entries.delete(entry)
      if (entries.size === 0) onEmpty()
      return known
    },
    size: () => entries.size,
    ended: (ms) =>
      new Promise((resolve) => {
        if (entries.size === 0) return resolve()
        const callOff = clock.after(ms, resolve)
        onEmpty = () => {
          callOff()
          resolve()
        }
      }),
    giveUp() {
      const rest = [...entries]
      entries.clear()
      return rest
    },
  }
}
