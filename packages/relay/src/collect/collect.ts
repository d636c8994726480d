import type { IncomingMessage, ServerResponse } from 'node:http'
import { MAX_BODY_BYTES } from '@wmkt/protocol'
import type { RequestHandler } from 'express'
import type { Clock } from '../clock.ts'
import type { BaseHeaders } from '../http/base-headers.ts'
import { Problem } from '../http/problem.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { ReadTracker } from '../stamp/tracker-cookie.ts'
import { type AcceptPolicy, type Arrival, accept } from './accept.ts'
import { arrivedBody } from './arrived-body.ts'
import { type Caller, type CallerPolicy, callerOf } from './caller.ts'
import type { ReadAddress } from './client-address.ts'
import { refuseType } from './content-type.ts'
import { setCors } from './cors.ts'
import { refuseEncoding } from './inflate.ts'
import type { RateLimit } from './rate-limit.ts'
import { busy, problemOf } from './refusal.ts'

export type CollectOptions = {
  policy: AcceptPolicy & CallerPolicy
  /** @throws Problem while nothing can be stored. `leave` is called when the batch is through. */
  enter: () => { outbox: Outbox; leave: () => void }
  /** Told of what the outbox threw. */
  onStorage: (error: unknown) => void
  onTrackersDropped: (count: number) => void
  rateLimit: RateLimit
  addressOf: ReadAddress
  trackerOf: ReadTracker
  headers: BaseHeaders
  bodyTimeoutMs: number
  clock: Clock
  /** In [0, 1). */
  random: () => number
}

/** `POST {base}/collect`: each check costs more than the one before it, and the answer comes after the sync. */
export const createCollect = (options: CollectOptions): RequestHandler => {
  const { policy, clock, random, rateLimit, addressOf, trackerOf, headers } = options
  const limits = { maxBytes: MAX_BODY_BYTES, timeoutMs: options.bodyTimeoutMs, clock }

  const refuseEmptyBucket = (address: string | undefined) => {
    const emptyForMs = address === undefined ? 0 : rateLimit.emptyForMs(address, clock.now())
    if (emptyForMs > 0)
      throw busy('RATE_LIMITED', 'the limit is counted in items a minute', emptyForMs, random)
  }
  const store = async (arrival: Arrival, address: string | undefined) => {
    const { outbox, leave } = options.enter()
    try {
      const accepted = await accept(arrival, outbox, policy)
      if (address !== undefined) rateLimit.charge(address, accepted.items, clock.now())
      if (accepted.trackersDropped > 0) options.onTrackersDropped(accepted.trackersDropped)
      return { receipt: accepted.receipt, durability: outbox.durability }
    } catch (error) {
      options.onStorage(error)
      throw problemOf(error, random)
    } finally {
      leave()
    }
  }
  const arrivalOf = async (req: IncomingMessage, caller: Caller): Promise<Arrival> => {
    const receivedAt = clock.now()
    const trackerId = trackerOf(req.headers.cookie)
    const body = await arrivedBody(req, limits)
    return { ...body, receivedAt, keyed: caller.keyed, ...(trackerId !== undefined && { trackerId }) }
  }

  return async (req, res) => {
    const caller = callerOf(req.headers, policy)
    setCors(res, caller)
    if (caller.kind === 'refused') throw new Problem(caller.code, REFUSED[caller.code])
    options.enter().leave()
    const address = addressOf(req)
    refuseEmptyBucket(address)
    refuseType(req.headers['content-type'])
    refuseEncoding(req.headers['content-encoding'])
    const { receipt, durability } = await store(await arrivalOf(req, caller), address)
    answer(res, headers, durability, JSON.stringify(receipt))
  }
}

const REFUSED = {
  ORIGIN_REFUSED: 'neither same-origin nor an allowed origin',
  KEY_REFUSED: 'expected Authorization: Bearer with a server key',
} as const

const answer = (res: ServerResponse, headers: BaseHeaders, durability: string, body: string): void => {
  res.writeHead(202, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'wmkt-durability': durability,
  })
  res.end(body)
}
