import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import type { Caller } from '../http/call.ts'
import type { Settings } from '../settings.ts'
import type { SigningKey } from './signing-key.ts'

export type AccessTokens = {
  /** Signs a token for an agent. Plain ASCII claims: the official SDK decodes the payload as plain base64. */
  issue(caller: Caller, scope: string): Promise<{ readonly token: string; readonly lifeS: number }>
  /** Who a token speaks for, or undefined for a missing, forged, expired or called-in one. */
  callerOf(token: string): Promise<Caller | undefined>
  /** Calls in every token issued so far (the `expire-tokens` fault). */
  expireAll(): void
  /** Takes that back. */
  restoreAll(): void
}

type Parts = {
  readonly issuer: string
  readonly key: SigningKey
  readonly settings: Settings
  readonly now: () => number
}

type Verified = { readonly caller: Caller; readonly issuedIn: number; readonly expiresAt: number }

const MOST_REMEMBERED = 1000

/**
 * Checks signature and claims of a token. What was verified once is remembered: a client sends the same token with
 * every request, and an RS256 signature costs more than the rest of the request.
 */
const createVerify = ({ issuer, key, now }: Parts) => {
  const remembered = new Map<string, Verified>()
  const verify = async (token: string): Promise<Verified | undefined> => {
    const rules = { issuer, algorithms: ['RS256'], currentDate: new Date(now()) }
    const checked = await jwtVerify(token, key.publicKey, rules).catch(() => undefined)
    const { sub, exp, workspace, generation: issuedIn } = checked?.payload ?? {}
    if (sub === undefined || exp === undefined) return undefined
    if (typeof workspace !== 'string' || typeof issuedIn !== 'number') return undefined
    return { caller: { agentId: sub, workspaceId: workspace }, issuedIn, expiresAt: exp * 1000 }
  }
  return async (token: string): Promise<Verified | undefined> => {
    const known = remembered.get(token) ?? (await verify(token))
    if (!known || now() >= known.expiresAt) return undefined
    if (remembered.size >= MOST_REMEMBERED) remembered.clear()
    remembered.set(token, known)
    return known
  }
}

export const createAccessTokens = (parts: Parts): AccessTokens => {
  const { issuer, key, settings, now } = parts
  const verify = createVerify(parts)
  let generation = 0
  let oldestGood = 0
  const secondsNow = () => Math.floor(now() / 1000)

  const issue: AccessTokens['issue'] = async (caller, scope) => {
    const lifeS = settings.tokenLifeS
    const token = await new SignJWT({ scope, workspace: caller.workspaceId, generation })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid })
      .setIssuer(issuer)
      .setSubject(caller.agentId)
      .setIssuedAt(secondsNow())
      .setExpirationTime(secondsNow() + lifeS)
      .sign(key.privateKey)
    return { token, lifeS }
  }

  const callerOf: AccessTokens['callerOf'] = async (token) => {
    const verified = await verify(token)
    return verified && verified.issuedIn >= oldestGood ? verified.caller : undefined
  }

  return {
    issue,
    callerOf,
    expireAll: () => {
      generation += 1
      oldestGood = generation
    },
    restoreAll: () => {
      oldestGood = 0
    },
  }
}
