import { eq } from 'drizzle-orm'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { jwtVerify } from 'jose/jwt/verify'
import { importSPKI } from 'jose/key/import'
import type { Caller } from '../http/call.ts'
import type { Database } from '../storage/database.ts'
import { agentKeys, agents, workspaces } from '../storage/schema.ts'
import { GrantError } from './grant-error.ts'

type Parts = { readonly db: Database; readonly audience: readonly string[]; readonly now: () => number }

const kidOf = (assertion: string): string => {
  try {
    const { kid, alg } = decodeProtectedHeader(assertion)
    if (alg !== 'RS256') throw new GrantError('invalid_grant', 'assertion must be signed with RS256')
    if (typeof kid !== 'string' || kid.includes('\0'))
      throw new GrantError('invalid_grant', 'assertion has no kid')
    return kid
  } catch (cause) {
    throw cause instanceof GrantError ? cause : new GrantError('invalid_grant', 'assertion is not a JWT')
  }
}

const keyOf = async (db: Database, kid: string) => {
  const [row] = await db
    .select({ key: agentKeys, agent: agents, clientId: workspaces.clientId })
    .from(agentKeys)
    .innerJoin(agents, eq(agents.id, agentKeys.agentId))
    .innerJoin(workspaces, eq(workspaces.id, agents.workspaceId))
    .where(eq(agentKeys.kid, kid))
  if (!row) throw new GrantError('invalid_grant', 'assertion is signed with an unknown key')
  if (row.key.revokedAt) throw new GrantError('invalid_grant', 'assertion is signed with a revoked key')
  return row
}

/**
 * Who a service-account assertion speaks for: key found by `kid`, `iss` its client, `sub` its e-mail,
 * `aud` this token endpoint. `iat`, `nbf` and `jti` are not asked for: the official SDK sends none.
 *
 * @throws GrantError invalid_grant
 */
export const verifyAssertion = async ({ db, audience, now }: Parts, assertion: string): Promise<Caller> => {
  const { key, agent, clientId } = await keyOf(db, kidOf(assertion))
  await jwtVerify(assertion, await importSPKI(key.publicKey, 'RS256'), {
    algorithms: ['RS256'],
    audience: [...audience],
    issuer: clientId,
    subject: agent.email,
    requiredClaims: ['exp'],
    currentDate: new Date(now()),
  }).catch((cause: unknown) => {
    throw new GrantError('invalid_grant', cause instanceof Error ? cause.message : 'assertion is invalid')
  })
  return { agentId: agent.id, workspaceId: agent.workspaceId }
}
