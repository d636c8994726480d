import type { LeasedEntry } from '../outbox/outbox.ts'
import type { StampedItem } from '../record.ts'
import type { OpenRecord, PlainItem } from '../record-reader.ts'
import { holdMessage, type Outgoing } from '../schema/hold.ts'
import type { Authorized, NoToken } from './authorized.ts'
import type { Outcome } from './outcome.ts'
import { createReader } from './reader.ts'
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
  /** Whether `outgoing` would leave an event's data, not looked at, as they are. @default never, if there is `outgoing` */
  isSentAsIs?: ((item: PlainItem) => boolean) | undefined
  now: () => number
}

/** Makes one attempt at an entry, and calls back with how it ended. Settles nothing but the mark. */
export type MakeAttempt = (entry: LeasedEntry, canary: boolean, then: (made: Attempt) => void) => void

type Prepared = Outgoing | { verdict: Verdict }

/**
 * Nearly all are events that nothing keeps back, with a token in hand: these wait for the answer alone, and for as few
 * promises as can be; most were plain when they came, and are not even parsed. The others go the long way.
 */
export const createAttempts = (options: AttemptOptions): MakeAttempt => {
  const { authorized, requests, mark, retryInDoubt, outgoing, onNoCanaries, now } = options
  const { itemOf, plainOf } = createReader(options.open)
  const isSentAsIs = options.isSentAsIs ?? (outgoing ? never : always)

  const judged = (outcome: Outcome | NoToken, { kind }: LeasedEntry, repeated: boolean): Attempt =>
    outcome.kind === 'no-token'
      ? { verdict: outcome }
      : { outcome, verdict: verdictOf(outcome, { kind, repeated, now }) }

  type Send = (
    entry: LeasedEntry,
    request: UpstreamRequest,
    token: string,
    then: (made: Attempt) => void,
  ) => void
  const sendAgain: Send = (entry, request, token, then) =>
    authorized.ask(request, token, (outcome) => then(judged(outcome, entry, true)))
  const send: Send = (entry, request, token, then) =>
    authorized.ask(request, token, (outcome) => {
      const made = judged(outcome, entry, false)
      if ('type' in made.verdict && made.verdict.type === 'again') sendAgain(entry, request, token, then)
      else then(made)
    })
  const sent = (entry: LeasedEntry, request: UpstreamRequest, token: string): Promise<Attempt> =>
    new Promise((resolve) => send(entry, request, token, resolve))

  const prepared = (entry: LeasedEntry): Prepared | Promise<Prepared> => {
    if (entry.attempting && !retryInDoubt) return { verdict: STOPPED }
    const item = itemOf(entry)
    if ('type' in item) return { verdict: item }
    return outgoing ? outgoing(item) : { item }
  }
  const asCanary = async (entry: LeasedEntry, item: StampedItem, token: string): Promise<Attempt> => {
    const first = await sent(entry, requests.deliver(item, true), token)
    if (!isStranger(first.outcome)) return { ...first, canary: true }
    const plain = await sent(entry, requests.deliver(item), token)
    if ('type' in plain.verdict && plain.verdict.type === 'ack') onNoCanaries?.()
    return { ...plain, canary: true }
  }
  const atLength = async (
    entry: LeasedEntry,
    canary: boolean,
    preparing: Prepared | Promise<Prepared>,
  ): Promise<Attempt> => {
    const out = preparing instanceof Promise ? await preparing : preparing
    if ('verdict' in out) return out
    if ('hold' in out)
      return { verdict: { type: 'bury', code: out.hold.code, message: holdMessage(out.hold) } }
    const credential = await authorized.token()
    if (credential.kind === 'no-token') return { verdict: credential }
    if (entry.kind === 'interaction' && !(await mark(entry))) return { verdict: { kind: 'not-begun' } }
    return canary
      ? asCanary(entry, out.item, credential.token)
      : sent(entry, requests.deliver(out.item), credential.token)
  }

  /** Of an event that can go as it lies in its record. */
  const plainRequest = (entry: LeasedEntry): UpstreamRequest | undefined => {
    const item = entry.attempting ? undefined : plainOf(entry)
    return item && isSentAsIs(item) ? requests.deliverPlain(item) : undefined
  }

  return (entry, canary, then) => {
    const token = entry.kind === 'event' && !canary ? authorized.inHand() : undefined
    const plain = token === undefined ? undefined : plainRequest(entry)
    if (token !== undefined && plain) return send(entry, plain, token, then)
    const out = prepared(entry)
    if (token !== undefined && 'item' in out) send(entry, requests.deliver(out.item), token, then)
    else void atLength(entry, canary, out).then(then)
  }
}

const always = (): boolean => true
const never = (): boolean => false

const STOPPED: Verdict = { type: 'doubt', why: 'the relay stopped during an attempt' }

/** Whether the path is one the upstream does not know, by this method at least. */
const isStranger = (outcome: Outcome | undefined): boolean =>
  outcome?.kind === 'answer' && (outcome.status === 404 || outcome.status === 405)
