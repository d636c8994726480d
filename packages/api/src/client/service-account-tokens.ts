import { randomUUID } from 'node:crypto'
import type { Dispatcher } from 'undici'
import { signAssertion } from './assertion.ts'
import { resolveBaseUrl } from './base-url.ts'
import { type AccountSource, heldKey, openKeyFile } from './key-file.ts'
import { createRenewableToken } from './renewable-token.ts'
import type { ServiceAccountKey } from './service-account-key.ts'
import { createTokenEndpoint } from './token-endpoint.ts'
import type { TokenSource } from './tokens.ts'
import { createTransport } from './transport.ts'

export type ServiceAccountTokensOptions = {
  /** Path of the key file, watched for replacement; or the key itself. */
  readonly keyFile: string | ServiceAccountKey
  /** The token endpoint is this + `/token`, which is also the assertion's audience. */
  readonly oauthUrl: string
  /** Space-separated. @default 'full_access' */
  readonly scope?: string
  /** The longest an exchange may take, in ms. @default 10000 */
  readonly deadlineMs?: number
  /** How often the key file is looked at, in ms. @default 1000 */
  readonly pollMs?: number
  /** undici's pool or agent for the exchanges. @default undici's global one */
  readonly dispatcher?: Dispatcher
  /** Epoch ms. @default Date.now */
  readonly now?: () => number
  /** In [0, 1). @default Math.random */
  readonly random?: () => number
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const openSource = (options: ServiceAccountTokensOptions, onReplaced: () => void): AccountSource =>
  typeof options.keyFile === 'string'
    ? openKeyFile(options.keyFile, onReplaced, options.pollMs)
    : heldKey(options.keyFile)

/**
 * Access tokens for a service account: key file → RS256 assertion → token endpoint (official SDK, RFC 7523).
 *
 * One exchange however many wait; renewed at half life in the background of a call; a replaced key file takes effect within
 * `pollMs` and tells the `onChange` listeners. `token` and `renew` reject with TokenError. Nothing is sent before the first call.
 *
 * @throws TypeError when the key or the URL is unusable: which key is missing, never its value
 */
export const createServiceAccountTokens = (options: ServiceAccountTokensOptions): TokenSource => {
  const { scope = 'full_access', deadlineMs = 10_000, now = Date.now, random = Math.random } = options
  const url = `${resolveBaseUrl('oauthUrl', options.oauthUrl)}/token`
  const endpoint = createTokenEndpoint({
    url,
    transport: createTransport(options.dispatcher),
    now,
    deadlineMs,
  })
  const listeners = new Set<() => void>()

  const exchange = async (signal: AbortSignal) => {
    const account = source.account()
    const claims = { audience: url, scope, jti: randomUUID(), nowMs: now() }
    const assertion = await signAssertion(account, claims)
    const form = { grant_type: JWT_BEARER, client_id: account.clientId, assertion }
    return endpoint(form, { secrets: [assertion], signal })
  }
  const renewable = createRenewableToken({ exchange, now, random })
  const source = openSource(options, () => {
    renewable.forget()
    for (const listener of listeners) listener()
  })

  return {
    token: renewable.token,
    inHand: renewable.inHand,
    renew: renewable.renew,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    health: () => {
      const problem = source.problem()
      return { ...(problem ? { problem } : {}), ...renewable.health(), kind: 'service-account' }
    },
    stop: () => {
      source.close()
      renewable.stop()
      listeners.clear()
    },
  }
}
