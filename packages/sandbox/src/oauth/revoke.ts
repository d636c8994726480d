import { isNull } from 'drizzle-orm'
import type { Database } from '../storage/database.ts'
import { agentKeys } from '../storage/schema.ts'

/** Revokes every service-account key there is: assertions signed with them are refused from now on. */
export const revokeKeys = async (db: Database, at: Date): Promise<void> => {
  await db.update(agentKeys).set({ revokedAt: at }).where(isNull(agentKeys.revokedAt))
}
