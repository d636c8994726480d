import { eq } from 'drizzle-orm'
import type { Database } from '../storage/database.ts'
import { agents, workspaces } from '../storage/schema.ts'
import { issueRefreshToken } from './refresh.ts'

/** What the refresh-token flow needs: personal credentials, as an app would hold them after a login. */
export type PersonalCredentials = {
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
}

/** Issues personal credentials with a fresh refresh token; there is no login page to get one from. */
export const issuePersonalCredentials = async (db: Database, nowMs: number): Promise<PersonalCredentials> => {
  const [row] = await db
    .select()
    .from(agents)
    .innerJoin(workspaces, eq(workspaces.id, agents.workspaceId))
    .limit(1)
  if (!row) throw new Error('no agent: the project was not set up')
  const { clientId, clientSecret } = row.workspaces
  return { clientId, clientSecret, refreshToken: await issueRefreshToken(db, row.agents.id, nowMs) }
}
