import { createHash, timingSafeEqual } from 'node:crypto'
import { and, eq, isNull } from 'drizzle-orm'
import type { Caller } from '../http/call.ts'
import { makeSecret, makeUuid } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { agents, refreshTokens, workspaces } from '../storage/schema.ts'
import { GrantError } from './grant-error.ts'

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)))

/** Issues a refresh token of an agent, the first of a family or the successor of a used one. */
export const issueRefreshToken = async (
  db: Database,
  agentId: string,
  nowMs: number,
  family = makeUuid(),
): Promise<string> => {
  const token = makeSecret()
  await db.insert(refreshTokens).values({ hash: digest(token), agentId, family, createdAt: new Date(nowMs) })
  return token
}

type Client = { readonly clientId: string; readonly clientSecret: string }
type Rotated = { readonly caller: Caller; readonly refreshToken: string }

const verifyClient = async (db: Database, { clientId, clientSecret }: Client): Promise<string> => {
  const [workspace] = await db.select().from(workspaces).where(eq(workspaces.clientId, clientId))
  if (!workspace || !isSame(workspace.clientSecret, clientSecret)) {
    throw new GrantError('invalid_client', 'client_id or client_secret is wrong')
  }
  return workspace.id
}

/**
 * Exchanges a refresh token for its successor. One that was used before is refused and ends its whole family:
 * either the caller lost the successor or a thief has it (RFC 6819, section 5.2.2.3).
 *
 * @throws GrantError invalid_client, invalid_grant
 */
export const rotateRefreshToken = async (
  db: Database,
  client: Client,
  token: string,
  nowMs: number,
): Promise<Rotated> => {
  const workspaceId = await verifyClient(db, client)
  const [row] = await db
    .update(refreshTokens)
    .set({ usedAt: new Date(nowMs) })
    .where(and(eq(refreshTokens.hash, digest(token)), isNull(refreshTokens.usedAt)))
    .returning()
  if (!row) {
    await endFamilyOf(db, token)
    throw new GrantError('invalid_grant', 'refresh token is unknown or was used before')
  }
  const [agent] = await db.select().from(agents).where(eq(agents.id, row.agentId))
  if (agent?.workspaceId !== workspaceId)
    throw new GrantError('invalid_grant', 'refresh token is of another client')
  const caller = { agentId: agent.id, workspaceId }
  return { caller, refreshToken: await issueRefreshToken(db, agent.id, nowMs, row.family) }
}

const endFamilyOf = async (db: Database, token: string): Promise<void> => {
  const [used] = await db
    .select()
    .from(refreshTokens)
    .where(eq(refreshTokens.hash, digest(token)))
  if (used) await db.delete(refreshTokens).where(eq(refreshTokens.family, used.family))
}
