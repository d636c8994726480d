import type { IncomingMessage, ServerResponse } from 'node:http'
import { MAX_BODY_BYTES, type Receipt } from '@wmkt/protocol'
import type { Clock } from '../clock.ts'
import type { BaseHeaders } from '../http/base-headers.ts'
import { Problem } from '../http/problem.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { CareForTracker } from '../stamp/tracker-care.ts'
import type { ReadTracker } from '../stamp/tracker-cookie.ts'
import { type Arrival, accept } from './accept.ts'
import { arrivedBody } from './arrived-body.ts'
import { isHeardBy } from './body.ts'
import { refuseBot } from './bot.ts'
import { type Caller, type CallerPolicy, callerOf, isSameOrigin, type Refusal } from './caller.ts'
import type { ReadAddress } from './client-address.ts'
import { type ContentPolicy, countIn, createContentReader } from './content.ts'
import { refuseType } from './content-type.ts'
import { setCors } from './cors.ts'
import { refuseEncoding } from './inflate.ts'
import type { RateLimit } from './rate-limit.ts'
import { createReceiptAnswer } from './receipt-answer.ts'
import { busy, problemOf } from './refusal.ts'
import type { Tally } from './tally.ts'
import { createUnfinished } from './unfinished.ts'

export type CollectOptions = {
  policy: ContentPolicy & CallerPolicy & { refuseBots: boolean }
  /** @throws Problem while nothing can be stored. `leave` is called when the batch is through. */
  enter: () => { outbox: Outbox; leave: () => void }
  /** Told of what the outbox threw. */
  onStorage: (error: unknown) => void
  tally: Tally
  /** Told of each receipt; `tookMs` from the head of the request to the sync. */
  onReceipt: (receipt: Receipt, tookMs: number) => void
  rateLimit: RateLimit
  addressOf: ReadAddress
  trackerOf: ReadTracker
  careFor: CareForTracker
  /** Answers with a problem; told of everything that is thrown on the way to a receipt. */
  refuse: (res: ServerResponse, error: unknown) => void
  headers: BaseHeaders
  bodyTimeoutMs: number
  clock: Clock
  /** In [0, 1). */
  random: () => number
}

/** Of bodies that are still arriving, all together. */
export const MAX_UNFINISHED_BYTES = 64 * MAX_BODY_BYTES

/** Answers a `POST` to `{base}/collect`. Never rejects. */
export type Collect = (req: IncomingMessage, res: ServerResponse) => Promise<void>

/** `POST {base}/collect`: each check costs more than the one before it, and the answer comes after the sync. */
export const createCollect = (options: CollectOptions): Collect => {
  const { policy, clock, random, tally, rateLimit, addressOf, trackerOf, careFor } = options
  const answer = createReceiptAnswer(options.headers)
  const contentOf = createContentReader(policy)
  const unfinished = createUnfinished(MAX_UNFINISHED_BYTES)
  const limits = { maxBytes: MAX_BODY_BYTES, timeoutMs: options.bodyTimeoutMs, clock, unfinished }

  const refuseEmptyBucket = (address: string | undefined) => {
    const emptyForMs = address === undefined ? 0 : rateLimit.emptyForMs(address, clock.now())
    if (emptyForMs > 0)
      throw busy('RATE_LIMITED', 'the limit is counted in items a minute', emptyForMs, random)
  }
  const charge = (address: string | undefined, items: number) => {
    if (address !== undefined) rateLimit.charge(address, items, clock.now())
  }
  /** A body that is no batch costs as much as one item: rubbish must not be free. */
  const read = async (
    req: IncomingMessage,
    { keyed }: Caller,
    address: string | undefined,
  ): Promise<Arrival> => {
    const receivedAt = clock.now()
    const trackerId = trackerOf(req.headers.cookie)
    let items = 1
    try {
      // What came together with the head has been parsed by then.
      if (!isHeardBy(req)) await undefined
      const arriving = arrivedBody(req, limits)
      const body = arriving instanceof Promise ? await arriving : arriving
      const content = contentOf(body, keyed)
      items = countIn(content)
      return { raw: body.raw, content, receivedAt, trackerId }
    } finally {
      charge(address, items)
    }
  }
  const store = async (arrival: Arrival) => {
    const { outbox, leave } = options.enter()
    try {
      const accepted = await accept(arrival, outbox, policy)
      tally.add(arrival.content.frame, accepted, clock.now() - arrival.receivedAt)
      options.onReceipt(accepted.receipt, clock.now() - arrival.receivedAt)
      return { receipt: accepted.receipt, durability: outbox.durability }
    } catch (error) {
      options.onStorage(error)
      throw problemOf(error, random)
    } finally {
      leave()
    }
  }

  /** What headers alone tell against the request. */
  const admit = (req: IncomingMessage, caller: Caller | Refusal): Caller => {
    if (caller.kind === 'refused') throw new Problem(caller.code, REFUSED[caller.code])
    if (policy.refuseBots) refuseBot(req.headers['user-agent'], caller)
    options.enter().leave()
    return caller
  }
  const take = (req: IncomingMessage, caller: Caller): Promise<Arrival> => {
    const address = addressOf(req)
    refuseEmptyBucket(address)
    refuseType(req.headers['content-type'])
    refuseEncoding(req.headers['content-encoding'])
    return read(req, caller, address)
  }

  return async (req, res) => {
    const caller = callerOf(req.headers, policy)
    try {
      const admitted = admit(req, caller)
      const arrival = await take(req, admitted)
      const stored = await store(arrival)
      if (isSameOrigin(admitted)) careFor(req.headers.cookie, arrival, res)
      answer(res, { caller: admitted, ...stored })
    } catch (error) {
      if (!res.headersSent) setCors(res, caller)
      options.refuse(res, error)
    }
  }
}

const REFUSED = {
  ORIGIN_REFUSED: 'neither same-origin nor an allowed origin',
  KEY_REFUSED: 'expected Authorization: Bearer with a server key',
} as const
