import type { ProblemCode } from '@wmkt/protocol'
import { Problem } from '../http/problem.ts'
import { OutboxFailed, OutboxFull } from '../outbox/outbox.ts'

/** Least time before another try makes sense, in ms. */
export const RETRY_MS = 5_000

/** A problem that passes: `Retry-After` with jitter, so that those refused together do not return together. */
export const busy = (code: ProblemCode, detail: string, leastMs: number, random: () => number): Problem => {
  const seconds = Math.max(1, Math.ceil((leastMs / 1000) * (1 + random())))
  return new Problem(code, detail, { 'Retry-After': String(seconds) })
}

/** What the outbox threw, as the client is told. Problems and faults of ours stay as they are. */
export const problemOf = (error: unknown, random: () => number): unknown => {
  if (error instanceof OutboxFull) {
    const code = error.reason === 'backlog' ? 'BACKLOG_FULL' : 'STORAGE_FULL'
    return busy(code, error.message, RETRY_MS, random)
  }
  if (error instanceof OutboxFailed)
    return busy('STORAGE_FAILED', 'nothing more is accepted', RETRY_MS, random)
  return error
}
