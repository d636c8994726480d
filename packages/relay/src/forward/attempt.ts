import type { LeasedEntry } from '../outbox/outbox.ts'
import type { OpenRecord, StampedItem } from '../record.ts'
import { holdMessage, type Outgoing } from '../schema/hold.ts'
import { KeyMissing } from '../seal/seal.ts'
import type { Authorized, NoToken } from './authorized.ts'
import type { Outcome } from './outcome.ts'
import type { Requests, UpstreamRequest } from './request.ts'
import { type Verdict, verdictOf } from './verdict.ts'

/** How an attempt ended. `outcome` is missing when nothing was asked of the upstream; `canary`: it was asked to process the event at once. */
export type Attempt =
  | { verdict: Verdict; outcome?: Outcome; canary?: boolean }
  /** Nothing was begun: no token, or the mark could not be set. */
  | { verdict: NoToken | { kind: 'not-begun' }; outcome?: undefined; canary?: boolean }

export type AttemptOptions = {
  authorized: Authorized
  requests: Requests
  open: OpenRecord
  /** Sets the durable mark; false when that could not be done. */
  mark: (entry: LeasedEntry) => Promise<boolean>
  retryInDoubt: boolean
  /** The upstream takes events, but knows no canaries. */
  onNoCanaries?: () => void
  /** An item as it is to be sent, or why it must not be. @default as it is */
  outgoing?: ((item: StampedItem) => Outgoing | Promise<Outgoing>) | undefined
  now: () => number
}

/** Makes one attempt at an entry, and judges it. Settles nothing but the mark. */
export const createAttempts = (
  options: AttemptOptions,
): ((entry: LeasedEntry, canary?: boolean) => Promise<Attempt>) => {
  const { authorized, requests, mark, retryInDoubt, outgoing, onNoCanaries, now } = options
  const itemOf = createReader(options)

  const judged = (outcome: Outcome | NoToken, { kind }: LeasedEntry, repeated: boolean): Attempt =>
    outcome.kind === 'no-token'
      ? { verdict: outcome }
      : { outcome, verdict: verdictOf(outcome, { kind, repeated, now: now() }) }

  const send = async (entry: LeasedEntry, request: UpstreamRequest, token: string): Promise<Attempt> => {
    const first = judged(await authorized.call(request, token), entry, false)
    return 'type' in first.verdict && first.verdict.type === 'again'
      ? judged(await authorized.call(request, token), entry, true)
      : first
  }

  return async (entry, canary = false) => {
    if (entry.attempting && !retryInDoubt)
      return { verdict: { type: 'doubt', why: 'the relay stopped during an attempt' } }
    const item = itemOf(entry)
    if ('type' in item) return { verdict: item }
    const judgement = outgoing ? outgoing(item) : { item }
    const out = judgement instanceof Promise ? await judgement : judgement
    if ('hold' in out)
      return { verdict: { type: 'bury', code: out.hold.code, message: holdMessage(out.hold) } }
    const credential = await authorized.token()
    if (credential.kind === 'no-token') return { verdict: credential }
    if (entry.kind === 'interaction' && !(await mark(entry))) return { verdict: { kind: 'not-begun' } }
    if (!canary) return send(entry, requests.deliver(out.item), credential.token)
    const first = await send(entry, requests.deliver(out.item, true), credential.token)
    if (!isStranger(first.outcome)) return { ...first, canary }
    const plain = await send(entry, requests.deliver(out.item), credential.token)
    if ('type' in plain.verdict && plain.verdict.type === 'ack') onNoCanaries?.()
    return { ...plain, canary }
  }
}

/** Whether the path is one the upstream does not know, by this method at least. */
const isStranger = (outcome: Outcome | undefined): boolean =>
  outcome?.kind === 'answer' && (outcome.status === 404 || outcome.status === 405)

/** Entry → item, or why it cannot be read. A record is opened once for all entries leased with it. */
const createReader = ({ open }: AttemptOptions) => {
  const opened = new WeakMap<Uint8Array, ReturnType<OpenRecord>>()
  return ({ record, index, kind }: LeasedEntry): StampedItem | Unreadable => {
    try {
      const itemAt = opened.get(record) ?? open(record)
      opened.set(record, itemAt)
      const item = itemAt(index)
      return item?.kind === kind ? item : unreadable()
    } catch (error) {
      return unreadable(error)
    }
  }
}

type Unreadable = Extract<Verdict, { type: 'bury' }>

/** A key may be put back: then the letter is redriven. */
const unreadable = (error?: unknown): Unreadable =>
  error instanceof KeyMissing
    ? { type: 'bury', code: 'KEY_MISSING', message: error.message }
    : { type: 'bury', code: 'UNREADABLE', message: 'the stored record cannot be read' }
