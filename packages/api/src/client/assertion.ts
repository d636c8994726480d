import { SignJWT } from 'jose'
import type { ServiceAccount } from './service-account-key.ts'

/** The longest the upstream's own SDK lets an assertion live. */
const LIFETIME_S = 300

export type AssertionClaims = {
  /** The token endpoint's URL, exactly as the server knows itself. */
  readonly audience: string
  /** Space-separated. */
  readonly scope: string
  /** Unique to this assertion, so that a server which remembers them can refuse a replay. */
  readonly jti: string
  readonly nowMs: number
}

/** Signs the RS256 assertion that stands for the service account's password (RFC 7523; official SDK, `JWT`). */
export const signAssertion = (account: ServiceAccount, claims: AssertionClaims): Promise<string> => {
  const nowS = Math.floor(claims.nowMs / 1000)
  return new SignJWT({ scope: claims.scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: account.privateKeyId })
    .setIssuer(account.clientId)
    .setSubject(account.serviceAccountEmail)
    .setAudience(claims.audience)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + LIFETIME_S)
    .setJti(claims.jti)
    .sign(account.signingKey)
}
