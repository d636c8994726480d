import type { Request } from 'express'
import type { AccessTokens } from '../oauth/access-tokens.ts'
import type { Caller } from './call.ts'
import { unauthorized } from './refusal.ts'

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i

/**
 * Who a request speaks for.
 *
 * @throws Refusal 401 for a missing, forged or expired token
 */
export const authenticate = async (tokens: AccessTokens, req: Request): Promise<Caller> => {
  const token = BEARER.exec(req.headers.authorization ?? '')?.[1]
  const caller = token === undefined ? undefined : await tokens.callerOf(token)
  if (!caller) throw unauthorized()
  return caller
}
