import { backoffMs } from '@wmkt/protocol'
import type { LeasedEntry, Settlement } from '../outbox/outbox.ts'
import type { Attempt } from './attempt.ts'

export const RETRY_POLICY = { baseMs: 1_000, capMs: 300_000 }

export type SettlementContext = {
  /** Epoch ms. Asked for what is to be tried again: most is settled for good. */
  now: () => number
  random: () => number
  /** Of the attempt, in ms. */
  latencyMs: number
  /** Of trying, after which an entry is buried. */
  maxAgeMs: number
  retryInDoubt: boolean
}

type Tried = Pick<LeasedEntry, 'attempts' | 'triedMs'>

/**
 * Verdict → what becomes of the entry. Waits that the upstream named and times of being parked count neither as
 * attempts nor as time spent trying.
 */
export const settlementOf = (
  verdict: Attempt['verdict'],
  entry: Tried,
  context: SettlementContext,
): Settlement => {
  if ('kind' in verdict) return uncounted(entry, context.now())
  switch (verdict.type) {
    case 'ack':
      return verdict.upstreamId === undefined
        ? { type: 'ack' }
        : { type: 'ack', upstreamId: verdict.upstreamId }
    case 'bury':
      return { type: 'bury', code: verdict.code, message: verdict.message }
    case 'doubt':
      return context.retryInDoubt
        ? retried(entry, context)
        : { type: 'bury', code: 'IN_DOUBT', message: `it may have been carried out: ${verdict.why}` }
    case 'refused':
    case 'park':
      return uncounted(entry, context.now())
    case 'retry':
    case 'again':
      return verdict.type === 'retry' && verdict.pauseMs !== undefined
        ? uncounted(entry, context.now() + verdict.pauseMs)
        : retried(entry, context)
  }
}

const uncounted = (entry: Tried, dueAt: number): Settlement => ({
  type: 'retry',
  dueAt,
  triedMs: entry.triedMs,
  counted: false,
})

const retried = (entry: Tried, { now, random, latencyMs, maxAgeMs }: SettlementContext): Settlement => {
  const triedMs = entry.triedMs + latencyMs
  if (triedMs >= maxAgeMs)
    return { type: 'bury', code: 'EXPIRED', message: `not delivered in ${entry.attempts + 1} attempts` }
  const waitMs = backoffMs(entry.attempts + 1, RETRY_POLICY, random)
  return { type: 'retry', dueAt: now() + waitMs, triedMs: triedMs + waitMs, counted: true }
}
