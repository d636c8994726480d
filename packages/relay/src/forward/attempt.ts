import type { LeasedEntry } from '../outbox/outbox.ts'
import type { DecodeRecord, StampedItem } from '../record.ts'
import type { Authorized, NoToken } from './authorized.ts'
import type { Outcome } from './outcome.ts'
import type { Requests, UpstreamRequest } from './request.ts'
import { type Verdict, verdictOf } from './verdict.ts'

/** How an attempt ended. `outcome` is missing when nothing was asked of the upstream. */
export type Attempt =
  | { verdict: Verdict; outcome?: Outcome }
  /** Nothing was begun: no token, or the mark could not be set. */
  | { verdict: NoToken | { kind: 'not-begun' }; outcome?: undefined }

export type AttemptOptions = {
  authorized: Authorized
  requests: Requests
  decode: DecodeRecord
  /** Sets the durable mark; false when that could not be done. */
  mark: (entry: LeasedEntry) => Promise<boolean>
  retryInDoubt: boolean
  now: () => number
}

/** Makes one attempt at an entry, and judges it. Settles nothing but the mark. */
export const createAttempts = (options: AttemptOptions): ((entry: LeasedEntry) => Promise<Attempt>) => {
  const { authorized, mark, retryInDoubt, now } = options
  const requestOf = createReader(options)

  const judge = async (entry: LeasedEntry, request: UpstreamRequest, token: string, repeated: boolean) => {
    const outcome = await authorized.call(request, token)
    if (outcome.kind === 'no-token') return { verdict: outcome }
    return { outcome, verdict: verdictOf(outcome, { kind: entry.kind, repeated, now: now() }) }
  }

  return async (entry) => {
    if (entry.attempting && !retryInDoubt)
      return { verdict: { type: 'doubt', why: 'the relay stopped during an attempt' } }
    const request = requestOf(entry)
    if (!request)
      return { verdict: { type: 'bury', code: 'UNREADABLE', message: 'the stored record cannot be read' } }
    const credential = await authorized.token()
    if (credential.kind === 'no-token') return { verdict: credential }
    if (entry.kind === 'interaction' && !(await mark(entry))) return { verdict: { kind: 'not-begun' } }
    const first = await judge(entry, request, credential.token, false)
    return 'type' in first.verdict && first.verdict.type === 'again'
      ? judge(entry, request, credential.token, true)
      : first
  }
}

/** Entry → request; undefined when its record cannot be read. A record is decoded once for all its entries. */
const createReader = ({ decode, requests }: AttemptOptions) => {
  const decoded = new WeakMap<Uint8Array, readonly StampedItem[]>()
  return (entry: LeasedEntry): UpstreamRequest | undefined => {
    try {
      const items = decoded.get(entry.record) ?? decode(entry.record)
      decoded.set(entry.record, items)
      const item = items[entry.index]
      return item?.kind === entry.kind ? requests.deliver(item) : undefined
    } catch {
      return undefined
    }
  }
}
