import { type Kind, retryAfterMs } from '@wmkt/protocol'
import type { HoldCode } from '@wmkt/protocol/schema'
import { answerOf, messageOf } from './answer.ts'
import type { Outcome } from './outcome.ts'

/** Why deliveries are parked: nothing that trying harder would mend. */
export type ParkCode =
  | 'UNAUTHORIZED'
  | 'NOT_FOUND'
  | 'NOT_THE_API'
  | 'REDIRECTED'
  | 'CREDENTIAL_REFUSED'
  | 'TOKEN_UNREACHABLE'
  | 'UNPROVEN'

/** Why an entry became a dead letter. */
export const BURY_CODES = [
  'UPSTREAM_REJECTED',
  'IN_DOUBT',
  'EXPIRED',
  'FORBIDDEN',
  'UNREADABLE',
  'KEY_MISSING',
] as const
export type BuryCode = (typeof BURY_CODES)[number]

export type Verdict =
  /** `unexpectedBody`: acknowledged, but not in the documented form. */
  | { type: 'ack'; upstreamId?: string; unexpectedBody: boolean }
  /** Later. `pauseMs`: the upstream named the time, and the whole lane waits for it. */
  | { type: 'retry'; why: string; pauseMs?: number }
  /** At once, on another connection: this one had gone stale. */
  | { type: 'again' }
  /** It may have been carried out, and a repeat would double it. */
  | { type: 'doubt'; why: string }
  /** The credential was refused for this item. */
  | { type: 'refused'; status: number }
  /** Nobody answers for this path as the API would. A probe tells whether it is the lane or the project. */
  | { type: 'park'; code: ParkCode }
  | { type: 'bury'; code: BuryCode | HoldCode; message: string }

export type VerdictContext = {
  kind: Kind
  /** It was repeated at once before. */
  repeated: boolean
  /** Epoch ms, to read a Retry-After date against. Asked where there may be one: most answers have none. */
  now: () => number
}

/** Outcome → verdict: the table of docs/delivery.md, "Relay: forward". */
export const verdictOf = (outcome: Outcome, context: VerdictContext): Verdict =>
  outcome.kind === 'failure' ? ofFailure(outcome, context) : ofAnswer(outcome, context)

const ofFailure = (
  { code, written, staleSocket }: Extract<Outcome, { kind: 'failure' }>,
  { kind, repeated }: VerdictContext,
): Verdict => {
  if (!written) return { type: 'retry', why: code }
  if (kind === 'interaction') return { type: 'doubt', why: code }
  return staleSocket && !repeated ? { type: 'again' } : { type: 'retry', why: code }
}

type AnswerOutcome = Extract<Outcome, { kind: 'answer' }>

const ofAnswer = (outcome: AnswerOutcome, context: VerdictContext): Verdict => {
  const { status } = outcome
  if (status >= 200 && status < 300) return ofSuccess(outcome.body, context.kind)
  if (status >= 300 && status < 400) return { type: 'park', code: 'REDIRECTED' }
  if (status === 401 || status === 403) return { type: 'refused', status }
  if (status === 404 || status === 410) return { type: 'park', code: 'NOT_FOUND' }
  if (status === 425 || status === 429 || status === 503) return ofBusy(outcome, context.now())
  if (status === 408 || status < 200 || status >= 500) return ofTrouble(status, context.kind)
  return { type: 'bury', code: 'UPSTREAM_REJECTED', message: `${status} ${messageOf(outcome.body)}`.trim() }
}

const ofSuccess = (body: string, kind: Kind): Verdict => {
  const answer = answerOf(body)
  if (answer.form === 'id') return { type: 'ack', upstreamId: answer.id, unexpectedBody: false }
  if (answer.form === 'json') return { type: 'ack', unexpectedBody: kind === 'event' }
  if (answer.form === 'empty' && kind === 'interaction') return { type: 'ack', unexpectedBody: false }
  return { type: 'park', code: 'NOT_THE_API' }
}

const ofBusy = ({ status, retryAfter }: AnswerOutcome, now: number): Verdict => {
  const pauseMs = status === 425 ? 0 : retryAfterMs(retryAfter, now)
  return { type: 'retry', why: String(status), ...(pauseMs > 0 && { pauseMs }) }
}

/** The upstream got the request and failed over it: nobody can tell how far it came. */
const ofTrouble = (status: number, kind: Kind): Verdict =>
  kind === 'event' ? { type: 'retry', why: String(status) } : { type: 'doubt', why: String(status) }
