import { asc, inArray } from 'drizzle-orm'
import type { Database } from '../storage/database.ts'
import { type users, userValues } from '../storage/schema.ts'

type UserRow = typeof users.$inferSelect
type ValueRow = typeof userValues.$inferSelect

/** A user's fields, each with every value it has had, oldest first. */
const fieldsOf = (own: readonly ValueRow[], asked: readonly string[]) =>
  [...new Set(own.map(({ field }) => field))]
    .filter((field) => asked.length === 0 || asked.includes(field))
    .map((field) => ({ field, values: own.flatMap((row) => (row.field === field ? [row.value] : [])) }))

/** Users as the API shows them; `asked` names the fields to show, none meaning all. */
export const showUsers = async (db: Database, rows: readonly UserRow[], asked: readonly string[]) => {
  const ids = rows.map(({ id }) => id)
  const values =
    ids.length === 0
      ? []
      : await db
          .select()
          .from(userValues)
          .where(inArray(userValues.userId, ids))
          .orderBy(asc(userValues.createdAt))
  return rows.map(({ id, projectId, ...dates }) => ({
    _id: id,
    projectId,
    fields: fieldsOf(
      values.filter(({ userId }) => userId === id),
      asked,
    ),
    ...dates,
  }))
}
