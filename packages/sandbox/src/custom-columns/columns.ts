import { and, asc, eq } from 'drizzle-orm'
import type { Handler, Handlers } from '../http/call.ts'
import { conflict, notFound } from '../http/refusal.ts'
import { filledText, listOf, oneOf, type Reader, readOrRefuse, shapeOf, withDefault } from '../http/shape.ts'
import { makeObjectId } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { customColumns } from '../storage/schema.ts'

type Parts = { readonly db: Database; readonly now: () => number }
type Row = typeof customColumns.$inferSelect
type Sent = Pick<Row, 'key' | 'name' | 'format' | 'symbols'>

const anything: Reader<unknown> = (input) => ({ value: input })

const sentColumn = shapeOf<Sent>({
  key: filledText,
  name: filledText,
  format: oneOf('currency', 'number', 'percent', 'time'),
  symbols: withDefault(listOf(anything), []),
})

const show = ({ createdAt: _createdAt, ...row }: Row) => row

const isColumn = (projectId: string, id: string) =>
  and(eq(customColumns.projectId, projectId), eq(customColumns.id, id))

const list =
  (db: Database): Handler =>
  async ({ param }) => {
    const isOwn = eq(customColumns.projectId, param('projectId'))
    const rows = await db
      .select()
      .from(customColumns)
      .where(isOwn)
      .orderBy(asc(customColumns.createdAt), asc(customColumns.id))
    return rows.map(show)
  }

const create =
  ({ db, now }: Parts): Handler =>
  async ({ param, body }) => {
    const sent = readOrRefuse(sentColumn, body)
    const row = {
      id: makeObjectId(now()),
      projectId: param('projectId'),
      ...sent,
      createdAt: new Date(now()),
    }
    const [made] = await db.insert(customColumns).values(row).onConflictDoNothing().returning()
    if (!made) throw conflict(`Custom column ${sent.key} already exists`)
    return show(made)
  }

const found = (rows: readonly Row[], id: string) => {
  const [row] = rows
  if (!row) throw notFound(`Custom column ${id} not found`)
  return show(row)
}

/** Custom columns: the list is a plain array. */
export const createColumnRoutes = (
  parts: Parts,
): Handlers<'listCustomColumns' | 'createCustomColumn' | 'getCustomColumn' | 'deleteCustomColumn'> => ({
  listCustomColumns: list(parts.db),
  createCustomColumn: create(parts),
  getCustomColumn: async ({ param }) => {
    const [projectId, id] = [param('projectId'), param('id')]
    return found(await parts.db.select().from(customColumns).where(isColumn(projectId, id)), id)
  },
  deleteCustomColumn: async ({ param }) => {
    const [projectId, id] = [param('projectId'), param('id')]
    return found(await parts.db.delete(customColumns).where(isColumn(projectId, id)).returning(), id)
  },
})
