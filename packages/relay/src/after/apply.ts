import { type ApiClient, ApiError } from '@wmkt/api/client'
import { withoutPersonal } from '../telemetry/personal.ts'
import type { Change, Metric } from './change.ts'

/** `stop`: the next ones would end alike. */
export type Applied =
  | { readonly outcome: 'set' }
  | { readonly outcome: 'refused'; readonly message: string }
  | { readonly outcome: 'failed'; readonly message: string; readonly stop: boolean }

export type ApplyOptions = {
  client: Pick<ApiClient, 'updateState' | 'updateStatistic'>
  projectId: string
  /** The upstream's id of an event; undefined when it is not delivered yet. */
  eventIdOf: (event: string) => Promise<string | undefined>
  wait: (ms: number) => Promise<void>
}

const LONGEST_WAIT_MS = 120_000
const TRIES = 4
const FIRST_WAIT_MS = 500

/** Sets one state or statistic: to set it again changes nothing, so what had no clear answer is tried again. */
export const createApply = ({ client, projectId, eventIdOf, wait }: ApplyOptions) => {
  const send = async (metric: Metric, id: string, { key: storageKey, value, date }: Change) => {
    const change = { projectId, id, storageKey, value, ...(date !== undefined && { date }) }
    if (metric === 'state') await client.updateState({ ...change, value: value === 1 ? 1 : 0 })
    else await client.updateStatistic(change)
  }
  return async (metric: Metric, change: Change): Promise<Applied> => {
    const id = await eventIdOf(change.event)
    if (id === undefined) return { outcome: 'failed', message: 'the event is not delivered yet', stop: false }
    for (let attempt = 1; ; attempt += 1) {
      try {
        await send(metric, id, change)
        return { outcome: 'set' }
      } catch (error) {
        const waitMs = attempt < TRIES ? waitAfter(error, attempt) : undefined
        if (waitMs === undefined) return endingOf(error)
        await wait(waitMs)
      }
    }
  }
}

/** Undefined when trying again would end alike. */
const waitAfter = (error: unknown, attempt: number): number | undefined => {
  const isClear = error instanceof ApiError && error.kind !== 'rate-limited' && error.kind !== 'upstream'
  if (isClear) return undefined
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined
  return Math.min(LONGEST_WAIT_MS, asked ?? FIRST_WAIT_MS * 2 ** attempt)
}

const REFUSALS: readonly string[] = ['bad-request', 'not-found', 'conflict', 'other']

const endingOf = (error: unknown): Applied => {
  const words = error instanceof Error ? error.message : String(error)
  const message = withoutPersonal(words)
  if (error instanceof ApiError && REFUSALS.includes(error.kind)) return { outcome: 'refused', message }
  return { outcome: 'failed', message, stop: true }
}
