import { ENDPOINTS } from '../endpoints.ts'
import type { EndpointName, PathOverrides } from '../paths.ts'
import { type Output, outputOf } from './answer.ts'
import { ApiError } from './api-error.ts'
import { type Input, type Placed, placeInput } from './input.ts'
import { type Patience, startPatience } from './patience.ts'
import { type RetryPolicy, retryWaitMs } from './retry.ts'
import { TokenError, type TokenSource } from './tokens.ts'
import type { Transport } from './transport.ts'

/** For one call. */
export type CallOptions = {
  /** Calls it off; the promise rejects with TransportError, fault `aborted`. */
  readonly signal?: AbortSignal
  /** The longest the call may take, attempts and pauses together, in ms. @default the client's */
  readonly deadlineMs?: number
}

export type Call = <Name extends EndpointName>(
  name: Name,
  input: Input<Name> | undefined,
  options: CallOptions | undefined,
) => Promise<Output<Name>>

export type CallSettings = {
  readonly apiUrl: string
  readonly tokens: TokenSource
  readonly transport: Transport
  readonly projectId: string | undefined
  readonly paths: PathOverrides | undefined
  readonly deadlineMs: number
  readonly attemptMs: number
  readonly retry: RetryPolicy
  readonly now: () => number
  readonly random: () => number
}

const headersOf = (token: string, placed: Placed): Record<string, string> => ({
  accept: 'application/json',
  authorization: `Bearer ${token}`,
  'user-agent': 'wmkt-api',
  ...(placed.body === undefined ? {} : { 'content-type': 'application/json' }),
})

const isUnauthorized = (error: unknown): boolean => error instanceof ApiError && error.kind === 'unauthorized'

/** A credential that cannot be renewed leaves the upstream's 401 as the answer. */
const sayRefused =
  (refusal: unknown) =>
  (error: unknown): never => {
    throw error instanceof TokenError && !error.retryable ? refusal : error
  }

/** Makes calls: place the input, attempt with a token, renew it once on 401, try again where that is harmless. */
export const createCall = (settings: CallSettings): Call => {
  const { tokens, transport, now } = settings

  const exchange = async <Name extends EndpointName>(
    name: Name,
    placed: Placed,
    token: string,
    patience: Patience,
  ): Promise<Output<Name>> => {
    const answer = await transport({
      method: ENDPOINTS[name].method,
      url: `${settings.apiUrl}${placed.path}`,
      headers: headersOf(token, placed),
      deadlineMs: Math.max(1, Math.min(settings.attemptMs, patience.leftMs())),
      signal: patience.signal,
      ...(placed.body === undefined ? {} : { body: placed.body }),
    })
    return outputOf(name, answer, now())
  }

  const attempt = async <Name extends EndpointName>(
    name: Name,
    placed: Placed,
    patience: Patience,
  ): Promise<Output<Name>> => {
    const token = await patience.within(tokens.token())
    try {
      return await exchange(name, placed, token, patience)
    } catch (error) {
      if (!isUnauthorized(error)) throw error
      const renewed = await patience.within(tokens.renew(token)).catch(sayRefused(error))
      return exchange(name, placed, renewed, patience)
    }
  }

  return async (name, input, options) => {
    const placed = placeInput(name, { ...input }, settings)
    const { idempotent } = ENDPOINTS[name]
    const patience = startPatience(name, options?.deadlineMs ?? settings.deadlineMs, options?.signal, now)
    for (let count = 1; ; count += 1) {
      try {
        return await attempt(name, placed, patience)
      } catch (error) {
        const waitMs = retryWaitMs(error, { attempt: count, idempotent }, settings.retry, settings.random)
        if (waitMs === undefined || waitMs >= patience.leftMs()) throw error
        await patience.pause(waitMs)
      }
    }
  }
}
