import { jwtVerify, SignJWT } from 'jose'
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

export const createAccessTokens = ({ issuer, key, settings, now }: Parts): AccessTokens => {
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
    const options = {
      issuer,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(now()),
    }
    const verified = await jwtVerify(token, key.publicKey, options).catch(() => undefined)
    const { sub, workspace, generation: issuedIn } = verified?.payload ?? {}
    if (sub === undefined || typeof workspace !== 'string') return undefined
    const isGood = typeof issuedIn === 'number' && issuedIn >= oldestGood
    return isGood ? { agentId: sub, workspaceId: workspace } : undefined
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
