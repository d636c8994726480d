import { answerOf } from './answer.ts'
import { LEAST_TEXT_OF_CUT, type Outcome } from './outcome.ts'
import type { ParkCode } from './verdict.ts'

export type ProbeVerdict =
  /** The API answers, and for this project and credential. */
  | { type: 'passes' }
  /** What stands in the way concerns the project as a whole. */
  | { type: 'parks'; code: ParkCode }
  /** Nothing was learnt: out of reach, or busy. */
  | { type: 'unknown' }

/** A list too long to be kept whole is no stranger's for it: an upstream may not heed how many were asked for. */
const isJson = (body: string): boolean => {
  const { form } = answerOf(body)
  return form === 'other' ? body.length >= LEAST_TEXT_OF_CUT && /^\s*[[{]/.test(body) : form !== 'empty'
}

/** What listing the event types tells about the project. */
export const probeVerdictOf = (outcome: Outcome): ProbeVerdict => {
  if (outcome.kind === 'failure') return { type: 'unknown' }
  const { status, body } = outcome
  if (status >= 200 && status < 300)
    return isJson(body) ? { type: 'passes' } : { type: 'parks', code: 'NOT_THE_API' }
  if (status >= 300 && status < 400) return { type: 'parks', code: 'REDIRECTED' }
  if (status === 401 || status === 403) return { type: 'parks', code: 'UNAUTHORIZED' }
  if (status === 404 || status === 410) return { type: 'parks', code: 'NOT_FOUND' }
  return { type: 'unknown' }
}
