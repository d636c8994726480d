import { jwtExpiryOf } from './jwt-expiry.ts'
import { TokenError, type TokenSource } from './tokens.ts'

const refused = (message: string): Promise<never> =>
  Promise.reject(new TokenError(message, { retryable: false }))

/**
 * A ready access token. There is no way to get another: `renew` rejects with a TokenError that is not retryable, and so does
 * `token` once the JWT's own `exp` has passed.
 *
 * @throws TypeError when the text cannot be a bearer token
 */
export const createStaticToken = (
  jwt: string,
  options: { readonly now?: () => number } = {},
): TokenSource => {
  const { now = Date.now } = options
  if (!/^[\x21-\x7e]+$/.test(jwt))
    throw new TypeError('access token: expected printable characters without spaces')
  const expiresAt = jwtExpiryOf(jwt)
  const hasExpired = (): boolean => expiresAt !== undefined && now() >= expiresAt
  let problem: string | undefined
  const fail = (message: string): Promise<never> => {
    problem = message
    return refused(message)
  }

  return {
    token: () => (hasExpired() ? fail('the access token has expired') : Promise.resolve(jwt)),
    inHand: () => (hasExpired() ? undefined : jwt),
    renew: () => fail('the access token was refused, and a static token cannot be renewed'),
    onChange: () => () => {},
    health: () => ({
      kind: 'static',
      state: problem || hasExpired() ? 'failing' : 'ok',
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(problem ? { problem } : {}),
    }),
    stop: () => {},
  }
}
