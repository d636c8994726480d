import type { Clock } from '../clock.ts'
import { type EntryRef, type Outbox, OutboxFailed, OutboxFull, type Settlement } from '../outbox/outbox.ts'
import type { Log } from '../telemetry/log.ts'

const RETRY_MS = 1_000

export interface Settler {
  /** Calls back once it is on disk; with false when the outbox failed for good, or while waiting for space at the stop. */
  settle(ref: EntryRef, settlement: Settlement, then: (isSettled: boolean) => void): void
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
  const failed = (error: Error): boolean => {
    if (error instanceof OutboxFull) return abandoned
    log.error({ err: error }, 'the outbox failed to settle an entry')
    if (error instanceof OutboxFailed) onFailed()
    return true
  }
  const leave = () => {
    pending -= 1
    if (pending > 0) return
    const resolved = waiters
    waiters = []
    for (const resolve of resolved) resolve()
  }
  const carryOut: Settler['settle'] = (ref, settlement, then) =>
    outbox.settle(ref, settlement, (error) => {
      if (error && !failed(error)) return void wait().then(() => carryOut(ref, settlement, then))
      leave()
      then(error === undefined)
    })
  return {
    settle(ref, settlement, then) {
      pending += 1
      carryOut(ref, settlement, then)
    },
    pending: () => pending,
    idle: () => (pending === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    abandon() {
      abandoned = true
      for (const wake of [...wakes]) wake()
    },
  }
}
