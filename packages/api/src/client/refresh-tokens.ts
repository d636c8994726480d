import type { Dispatcher } from 'undici'
import { resolveBaseUrl } from './base-url.ts'
import { createRenewableToken } from './renewable-token.ts'
import { createTokenEndpoint } from './token-endpoint.ts'
import { TokenError, type TokenSource } from './tokens.ts'
import { createTransport } from './transport.ts'

export type RefreshTokensOptions = {
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
  /**
   * Stores the new refresh token: the old one is spent. Awaited before the access token that came with it is handed out; when it
   * rejects, the call does too, and the next one stores it again before anything else.
   */
  readonly onRotate: (refreshToken: string) => Promise<void> | void
  /** The token endpoint is this + `/token`. */
  readonly oauthUrl: string
  /** The longest an exchange may take, in ms. @default 10000 */
  readonly deadlineMs?: number
  /** undici's pool or agent for the exchanges. @default undici's global one */
  readonly dispatcher?: Dispatcher
  /** Epoch ms. @default Date.now */
  readonly now?: () => number
  /** In [0, 1). @default Math.random */
  readonly random?: () => number
}

const requireTexts = (options: RefreshTokensOptions): void => {
  for (const name of ['clientId', 'clientSecret', 'refreshToken'] as const) {
    if (typeof options[name] !== 'string' || options[name] === '')
      throw new TypeError(`${name}: expected a text`)
  }
}

/**
 * Access tokens for a person's credentials, by a refresh token that rotates at each exchange (official SDK).
 *
 * @throws TypeError when an option is missing
 */
export const createRefreshTokens = (options: RefreshTokensOptions): TokenSource => {
  const { deadlineMs = 10_000, now = Date.now, random = Math.random } = options
  requireTexts(options)
  const url = `${resolveBaseUrl('oauthUrl', options.oauthUrl)}/token`
  const endpoint = createTokenEndpoint({
    url,
    transport: createTransport(options.dispatcher),
    now,
    deadlineMs,
  })
  let refreshToken = options.refreshToken
  let stored = refreshToken

  const store = async (): Promise<void> => {
    if (stored === refreshToken) return
    const rotated = refreshToken
    try {
      await options.onRotate(rotated)
      stored = rotated
    } catch (cause) {
      throw new TokenError('the rotated refresh token could not be stored', { retryable: true, cause })
    }
  }
  const exchange = async (signal: AbortSignal) => {
    await store()
    const form = {
      grant_type: 'refresh_token',
      client_id: options.clientId,
      client_secret: options.clientSecret,
      refresh_token: refreshToken,
      scope: 'offline_access',
    }
    const grant = await endpoint(form, { secrets: [options.clientSecret, refreshToken], signal })
    refreshToken = grant.refreshToken ?? refreshToken
    await store()
    return grant
  }
  const renewable = createRenewableToken({ exchange, now, random })

  return {
    token: renewable.token,
    renew: renewable.renew,
    onChange: () => () => {},
    health: () => ({ ...renewable.health(), kind: 'refresh-token' }),
    stop: renewable.stop,
  }
}
