import { ApiError } from '@wmkt/api/client'
import { withoutPersonal } from '../telemetry/personal.ts'

/** `stop`: the next ones would end alike. */
export type Applied =
  | { readonly outcome: 'set' }
  | { readonly outcome: 'refused'; readonly message: string }
  | { readonly outcome: 'failed'; readonly message: string; readonly stop: boolean }

/** The change cannot be made, whoever asks. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

const LONGEST_WAIT_MS = 120_000
const TRIES = 4
const FIRST_WAIT_MS = 500

/**
 * Makes a change whose repeat is harmless: what had no clear answer is tried again, as long as the upstream asks.
 *
 * @param work is told the number of the attempt, from 1 on
 */
export const attempted = async (
  work: (attempt: number) => Promise<void>,
  wait: (ms: number) => Promise<void>,
): Promise<Applied> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work(attempt)
      return { outcome: 'set' }
    } catch (error) {
      const waitMs = attempt < TRIES ? waitAfter(error, attempt) : undefined
      if (waitMs === undefined) return endingOf(error)
      await wait(waitMs)
    }
  }
}

/** Undefined when trying again would end alike. */
const waitAfter = (error: unknown, attempt: number): number | undefined => {
  const isClear = error instanceof ApiError && error.kind !== 'rate-limited' && error.kind !== 'upstream'
  if (isClear || error instanceof Refused) return undefined
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined
  return Math.min(LONGEST_WAIT_MS, asked ?? FIRST_WAIT_MS * 2 ** attempt)
}

const REFUSALS: readonly string[] = ['bad-request', 'not-found', 'conflict', 'other']

const endingOf = (error: unknown): Applied => {
  const message = withoutPersonal(error instanceof Error ? error.message : String(error))
  const isRefused = error instanceof ApiError ? REFUSALS.includes(error.kind) : error instanceof Refused
  if (isRefused) return { outcome: 'refused', message }
  return { outcome: 'failed', message, stop: true }
}
