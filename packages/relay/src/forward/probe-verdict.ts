import { answerOf } from './answer.ts'
import type { Outcome } from './outcome.ts'
import type { ParkCode } from './verdict.ts'

export type ProbeVerdict =
  /** The API answers, and for this project and credential. */
  | { type: 'passes' }
  /** What stands in the way concerns the project as a whole. */
  | { type: 'parks'; code: ParkCode }
  /** Nothing was learnt: out of reach, or busy. */
  | { type: 'unknown' }

/** What listing the event types tells about the project. */
export const probeVerdictOf = (outcome: Outcome): ProbeVerdict => {
  if (outcome.kind === 'failure') return { type: 'unknown' }
  const { status, body } = outcome
  if (status >= 200 && status < 300)
    return answerOf(body).form === 'other' || answerOf(body).form === 'empty'
      ? { type: 'parks', code: 'NOT_THE_API' }
      : { type: 'passes' }
  if (status >= 300 && status < 400) return { type: 'parks', code: 'REDIRECTED' }
  if (status === 401 || status === 403) return { type: 'parks', code: 'UNAUTHORIZED' }
  if (status === 404 || status === 410) return { type: 'parks', code: 'NOT_FOUND' }
  return { type: 'unknown' }
}
