import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import type { Database } from '../storage/database.ts'
import { fields } from '../storage/schema.ts'

type FieldRow = typeof fields.$inferSelect

/** A project field as the API shows it. */
export const showField = ({ id, createdAt: _createdAt, ...row }: FieldRow) => ({ _id: id, ...row })

/** GET …/fields and, of one entity, …/user-fields, …/state-fields, …/statistic-fields: plain arrays, not pages. */
export const listFields =
  (db: Database, entity?: FieldRow['entity']): Handler =>
  async ({ param }) => {
    const isLive = and(eq(fields.projectId, param('projectId')), isNull(fields.archivedAt))
    const rows = await db
      .select()
      .from(fields)
      .where(and(isLive, entity && eq(fields.entity, entity)))
      .orderBy(asc(fields.createdAt), asc(fields.key))
    return rows.map(showField)
  }
