import { ApiError } from './api-error.ts'
import { TokenError } from './tokens.ts'
import { TransportError } from './transport.ts'

export type RetryPolicy = {
  /** Attempts in all, the first included. */
  readonly attempts: number
  readonly baseMs: number
  readonly capMs: number
}

const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])

const mayPass = (error: unknown, idempotent: boolean): boolean => {
  // Without a token nothing was sent, so that any call may try again.
  if (error instanceof TokenError) return error.retryable
  if (!idempotent) return false
  if (error instanceof TransportError) return error.fault === 'network' || error.fault === 'deadline'
  return error instanceof ApiError && PASSING.has(error.status)
}

/**
 * Whether another attempt may help, and when: what `Retry-After` asks, else anywhere below the doubled bound (full jitter).
 *
 * @param attempt the one that failed, counted from 1
 * @param random in [0, 1)
 * @returns ms to wait; undefined: give up
 */
export const retryWaitMs = (
  error: unknown,
  call: { readonly attempt: number; readonly idempotent: boolean },
  policy: RetryPolicy,
  random: () => number,
): number | undefined => {
  if (call.attempt >= policy.attempts || !mayPass(error, call.idempotent)) return undefined
  if (error instanceof ApiError && error.retryAfterMs !== undefined) return error.retryAfterMs
  return Math.floor(random() * Math.min(policy.capMs, policy.baseMs * 2 ** (call.attempt - 1)))
}
