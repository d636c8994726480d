import type { Clock } from '../clock.ts'
import { type EntryRef, type Outbox, OutboxFailed, OutboxFull, type Settlement } from '../outbox/outbox.ts'
import type { Log } from '../telemetry/log.ts'

const RETRY_MS = 1_000

export interface Settler {
  /** Resolves once it is on disk; false when the outbox failed for good, or while waiting for space at the stop. */
  settle(ref: EntryRef, settlement: Settlement): Promise<boolean>
  /** Settlements under way. */
  pending(): number
  /** Resolves when none is under way. */
  idle(): Promise<void>
  /** Waits for space no longer. */
  abandon(): void
}

/**
 * Carries settlements out. A full disk is waited for: an acknowledgement forgotten would be a delivery repeated.
 * `onFailed`: the disk cannot be trusted any more, and nothing further may be delivered.
 */
export const createSettler = (outbox: Outbox, clock: Clock, log: Log, onFailed: () => void): Settler => {
  let pending = 0
  let abandoned = false
  let waiters: (() => void)[] = []
  const wakes = new Set<() => void>()
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        callOff()
        wakes.delete(wake)
        resolve()
      }
      const callOff = clock.after(RETRY_MS, wake)
      wakes.add(wake)
    })
  const carryOut = async (ref: EntryRef, settlement: Settlement): Promise<boolean> => {
    for (;;) {
      try {
        await outbox.settle(ref, settlement)
        return true
      } catch (error) {
        if (!(error instanceof OutboxFull)) {
          log.error({ err: error }, 'the outbox failed to settle an entry')
          if (error instanceof OutboxFailed) onFailed()
          return false
        }
      }
      if (abandoned) return false
      await wait()
    }
  }
  const leave = () => {
    pending -= 1
    if (pending > 0) return
    const resolved = waiters
    waiters = []
    for (const resolve of resolved) resolve()
  }
  return {
    settle(ref, settlement) {
      pending += 1
      return carryOut(ref, settlement).finally(leave)
    },
    pending: () => pending,
    idle: () => (pending === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    abandon() {
      abandoned = true
      for (const wake of [...wakes]) wake()
    },
  }
}
