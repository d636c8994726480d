import type { EventFilter, InspectedEvent } from '../control/inspect.ts'
import type { Announcer } from './announcer.ts'

export type Wait = {
  /** How long at most. @default 5000 */
  readonly timeoutMs?: number | undefined
}

type Parts = {
  readonly announcer: Announcer
  look(filter: EventFilter): Promise<readonly InspectedEvent[]>
}

const told = ({ eventType, nonce, status, errors }: InspectedEvent): string =>
  `${eventType} ${nonce} ${status}${errors.map(({ field, message }) => ` (${field} ${message})`).join('')}`

/**
 * Resolves with the first event that fits the filter, already there or yet to come. Without a `status` it waits for
 * a computed one.
 *
 * @throws Error after the timeout, telling what has arrived instead
 */
export const waitForEvent = async (
  { announcer, look }: Parts,
  filter: EventFilter,
  { timeoutMs = 5000 }: Wait,
): Promise<InspectedEvent> => {
  const wanted: EventFilter = { ...filter, status: filter.status ?? 'computed', limit: 1 }
  let wake = (): void => {}
  const off = announcer.listen(() => wake())
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    for (;;) {
      const changed = new Promise<void>((heard) => {
        wake = heard
        deadline.addEventListener('abort', () => heard(), { once: true })
      })
      const [found] = await look(wanted)
      if (found) return found
      if (deadline.aborted) throw new Error(await unmet({ announcer, look }, wanted, timeoutMs))
      await changed
    }
  } finally {
    off()
  }
}

const unmet = async ({ look }: Parts, wanted: EventFilter, timeoutMs: number): Promise<string> => {
  const latest = await look({ limit: 5 })
  const arrived = latest.length === 0 ? 'nothing has arrived' : `latest: ${latest.map(told).join('; ')}`
  return `no event like ${JSON.stringify(wanted)} within ${timeoutMs} ms; ${arrived}`
}
