import { TokenError, type TokenSource } from '@wmkt/api/client'
import type { Outcome } from './outcome.ts'
import type { UpstreamRequest } from './request.ts'
import type { Upstream } from './upstream.ts'
import type { ParkCode } from './verdict.ts'

/** No token to be had, and why. Nothing was written. */
export type NoToken = { kind: 'no-token'; code: ParkCode }

export interface Authorized {
  /** The token to use, when nothing has to be waited for. */
  inHand(): string | undefined
  /** The token to use, taken before anything durable is done for an attempt. */
  token(): Promise<{ kind: 'token'; token: string } | NoToken>
  /**
   * Calls with this token; refused (401, 403), renews it once and calls again. Without a renewed token the refusal
   * stands, unless the token endpoint was out of reach.
   */
  call(request: UpstreamRequest, token: string): Promise<Outcome | NoToken>
  /** The same, and calls back: a delivery waits for no promise more. */
  ask(request: UpstreamRequest, token: string, then: (outcome: Outcome | NoToken) => void): void
}

const refused = (outcome: Outcome): boolean =>
  outcome.kind === 'answer' && (outcome.status === 401 || outcome.status === 403)

const noTokenOf = (error: unknown): NoToken => ({
  kind: 'no-token',
  code: error instanceof TokenError && !error.retryable ? 'CREDENTIAL_REFUSED' : 'TOKEN_UNREACHABLE',
})

/** The upstream with a credential in hand. No more promises than there are things to wait for: all deliveries pass here. */
export const createAuthorized = (upstream: Upstream, tokens: TokenSource): Authorized => {
  const renewed = async (request: UpstreamRequest, token: string, outcome: Outcome) => {
    try {
      return await upstream.call(request, await tokens.renew(token))
    } catch (error) {
      const none = noTokenOf(error)
      return none.code === 'CREDENTIAL_REFUSED' ? outcome : none
    }
  }
  const ask: Authorized['ask'] = (request, token, then) =>
    upstream.ask(request, token, (outcome) => {
      if (refused(outcome)) void renewed(request, token, outcome).then(then)
      else then(outcome)
    })
  return {
    inHand: () => tokens.inHand?.(),
    token: () => tokens.token().then((token) => ({ kind: 'token', token }), noTokenOf),
    call: (request, token) => new Promise((resolve) => ask(request, token, resolve)),
    ask,
  }
}
