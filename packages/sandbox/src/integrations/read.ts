import { and, asc, eq } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { pageOf, windowOf } from '../http/page.ts'
import { notFound } from '../http/refusal.ts'
import { readOrRefuse } from '../http/shape.ts'
import type { Database } from '../storage/database.ts'
import { integrations } from '../storage/schema.ts'

type IntegrationRow = typeof integrations.$inferSelect

const show = ({ id, currency: _currency, ...row }: IntegrationRow) => ({ _id: id, ...row })

/**
 * The integration of a `wmktId`.
 *
 * @throws Refusal 404
 */
export const findIntegration = async (
  db: Database,
  projectId: string,
  wmktId: string,
): Promise<IntegrationRow> => {
  const isIt = and(eq(integrations.projectId, projectId), eq(integrations.wmktId, wmktId))
  const [row] = await db.select().from(integrations).where(isIt)
  if (!row) throw notFound(`Integration ${wmktId} not found`)
  return row
}

/** GET …/integrations */
export const listIntegrations =
  (db: Database): Handler =>
  async ({ param, query }) => {
    const window = readOrRefuse(windowOf, query)
    const where = eq(integrations.projectId, param('projectId'))
    const rows = await db
      .select()
      .from(integrations)
      .where(where)
      .orderBy(asc(integrations.createdAt), asc(integrations.id))
      .offset(window.offset)
      .limit(window.limit)
    return pageOf(rows.map(show), await db.$count(integrations, where), window)
  }

/** GET …/integrations/{wmktId} */
export const getIntegration =
  (db: Database): Handler =>
  async ({ param }) =>
    show(await findIntegration(db, param('projectId'), param('wmktId')))
