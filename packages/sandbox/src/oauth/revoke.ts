import { isNotNull, isNull } from 'drizzle-orm'
import type { Database } from '../storage/database.ts'
import { agentKeys } from '../storage/schema.ts'

/** Revokes every service-account key there is: assertions signed with them are refused from now on. */
export const revokeKeys = async (db: Database, at: Date): Promise<void> => {
  await db.update(agentKeys).set({ revokedAt: at }).where(isNull(agentKeys.revokedAt))
}

/** Takes revocations back: the key file at hand works again. */
export const restoreKeys = async (db: Database): Promise<void> => {
  await db.update(agentKeys).set({ revokedAt: null }).where(isNotNull(agentKeys.revokedAt))
}
