import { jwtExpiryOf } from './jwt-expiry.ts'
import { TokenError } from './tokens.ts'
import type { HttpAnswer } from './transport.ts'

/** What a token endpoint grants. */
export type Grant = {
  readonly accessToken: string
  /** Epoch ms; Infinity when neither the answer nor the token says. */
  readonly expiresAt: number
  /** Only in the refresh-token flow, where it replaces the one that was spent. */
  readonly refreshToken?: string
}

const BUSY = new Set([408, 425, 429])
const PASSING = new Set(['temporarily_unavailable', 'server_error', 'slow_down'])
const SKEW_WORTH_TELLING_MS = 60_000
const TEXT_CAP = 200

const objectOf = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** A server may echo what it was sent: known secrets and whatever looks like a JWT are struck out before a person reads it. */
const redact = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret !== '')
    .reduce((left, secret) => left.replaceAll(secret, '[secret]'), text)
    .replace(/[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g, '[token]')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, TEXT_CAP)

const skewOf = (answer: HttpAnswer, nowMs: number): string => {
  const skewMs = nowMs - Date.parse(answer.headers.date ?? '')
  if (Number.isNaN(skewMs) || Math.abs(skewMs) < SKEW_WORTH_TELLING_MS) return ''
  return ` (this machine's clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} the server's)`
}

const refusalOf = (answer: HttpAnswer, nowMs: number, secrets: readonly string[]): TokenError => {
  const { error, error_description: description } = objectOf(answer.text)
  const said = [error, description].filter((part) => typeof part === 'string' && part !== '').join(': ')
  const retryable = answer.status >= 500 || BUSY.has(answer.status) || PASSING.has(String(error))
  const what = said === '' ? 'said no more' : redact(said, secrets)
  return new TokenError(`token endpoint answered ${answer.status}: ${what}${skewOf(answer, nowMs)}`, {
    retryable,
  })
}

const expiryOf = (expiresIn: unknown, accessToken: string, nowMs: number): number => {
  const seconds = typeof expiresIn === 'string' && expiresIn !== '' ? Number(expiresIn) : expiresIn
  if (typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0) return nowMs + seconds * 1000
  return jwtExpiryOf(accessToken) ?? Number.POSITIVE_INFINITY
}

/**
 * Reads a token endpoint's answer (RFC 6749, 5.1 and 5.2).
 *
 * @param nowMs when the request left: the token's life is counted from there
 * @param secrets what must not show up in a message
 * @throws TokenError when it grants nothing; retryable when the endpoint is busy or is not itself
 */
export const grantOf = (answer: HttpAnswer, nowMs: number, secrets: readonly string[]): Grant => {
  if (answer.status >= 300 && answer.status < 400) {
    throw new TokenError(`token endpoint answered ${answer.status}: redirects are not followed`, {
      retryable: false,
    })
  }
  if (answer.status < 200 || answer.status > 299) throw refusalOf(answer, nowMs, secrets)
  const {
    access_token: accessToken,
    expires_in: expiresIn,
    refresh_token: refreshToken,
  } = objectOf(answer.text)
  if (typeof accessToken !== 'string' || !/^[\x21-\x7e]+$/.test(accessToken)) {
    throw new TokenError('token endpoint answered without an access token', { retryable: true })
  }
  const grant = { accessToken, expiresAt: expiryOf(expiresIn, accessToken, nowMs) }
  return typeof refreshToken === 'string' && refreshToken !== '' ? { ...grant, refreshToken } : grant
}
