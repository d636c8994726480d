import { setTimeout as delay } from 'node:timers/promises'
import { TransportError } from './transport.ts'

/** How long a call may take, and who may call it off. */
export type Patience = {
  /** Ms left; never below 0. */
  leftMs(): number
  /** The caller's own signal. */
  readonly signal: AbortSignal | undefined
  /** Waits. Rejects with TransportError when called off or out of time. */
  pause(ms: number): Promise<void>
  /** The promise, or TransportError when called off or out of time first. */
  within<T>(promise: Promise<T>): Promise<T>
}

/** Starts the clock of one call. `now`: epoch ms. */
export const startPatience = (
  what: string,
  deadlineMs: number,
  signal: AbortSignal | undefined,
  now: () => number,
): Patience => {
  const endsAt = now() + deadlineMs
  const leftMs = () => Math.max(0, endsAt - now())
  const ended = (): TransportError =>
    signal?.aborted
      ? new TransportError('aborted', `${what}: aborted by the caller`, signal.reason)
      : new TransportError('deadline', `${what}: no answer within ${deadlineMs} ms`)

  const within = async <T>(promise: Promise<T>): Promise<T> => {
    if (signal?.aborted) throw ended()
    const settled = new AbortController()
    const signals = signal ? [signal, settled.signal] : [settled.signal]
    const timeUp = delay(leftMs(), undefined, { signal: AbortSignal.any(signals) })
      .catch(() => {})
      .then(() => Promise.reject(ended()))
    return Promise.race([promise, timeUp]).finally(() => settled.abort())
  }
  const pause = async (ms: number): Promise<void> => {
    const waiting = new AbortController()
    const delayed = delay(ms, undefined, { signal: waiting.signal }).catch(() => {})
    await within(delayed).finally(() => waiting.abort())
  }
  return { leftMs, signal, pause, within }
}
