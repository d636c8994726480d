import { and, eq } from 'drizzle-orm'
import type { Database } from './database.ts'
import { tallies } from './schema.ts'

/** How many rows a project has in a table, without counting them. */
export const tallyOf = async (
  db: Database,
  projectId: string,
  tableName: (typeof tallies.$inferSelect)['tableName'],
): Promise<number> => {
  const isIt = and(eq(tallies.projectId, projectId), eq(tallies.tableName, tableName))
  const [row] = await db.select().from(tallies).where(isIt)
  return row?.n ?? 0
}
