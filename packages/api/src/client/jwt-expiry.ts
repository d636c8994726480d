import { decodeJwt } from 'jose'

/** When a JWT expires, in epoch ms; undefined when it does not say, or is no JWT. The signature is the server's business. */
export const jwtExpiryOf = (token: string): number | undefined => {
  try {
    const { exp } = decodeJwt(token)
    return exp === undefined ? undefined : exp * 1000
  } catch {
    return undefined
  }
}
