import { and, eq, inArray, type SQL } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { type Order, orderText } from '../http/order.ts'
import { pageOf, type Window, windowShape } from '../http/page.ts'
import { isRecord, listOf, type Reader, readOrRefuse, shapeOf, text, withDefault } from '../http/shape.ts'
import { proofOf } from '../ingest/map-data.ts'
import type { Database } from '../storage/database.ts'
import { users, userValues } from '../storage/schema.ts'
import { tallyOf } from '../storage/tally.ts'
import { showUsers } from './show.ts'
import { sortedBy } from './sorted.ts'

type Filters = readonly { readonly field: string; readonly proofs: readonly string[] }[]

type Search = Window & {
  readonly fields: readonly string[]
  readonly order: Order
  readonly sort: string
  readonly filters: Filters
}

/** The form of `filters` is unknown but for null. Read here: user fields with the value, or the list of values, to find. */
const filters: Reader<Filters> = (input, name) => {
  if (input === undefined || input === null) return { value: [] }
  if (!isRecord(input)) return { wrong: [`${name} must be an object of user fields and values, or null`] }
  return {
    value: Object.entries(input).map(([field, value]) => ({
      field,
      proofs: (Array.isArray(value) ? value : [value]).map(proofOf),
    })),
  }
}

const search = shapeOf<Search>({
  ...windowShape,
  fields: withDefault(listOf(text), []),
  order: orderText('ASC'),
  sort: withDefault(text, 'lastname'),
  filters,
})

const hasValue = (db: Database, projectId: string, { field, proofs }: Filters[number]): SQL => {
  const isIt = and(eq(userValues.field, field), inArray(userValues.proof, [...proofs]))
  const holders = db
    .select({ id: userValues.userId })
    .from(userValues)
    .where(and(eq(userValues.projectId, projectId), isIt))
  return inArray(users.id, holders)
}

const countUsers = (
  db: Database,
  projectId: string,
  asked: Filters,
  where: SQL | undefined,
): Promise<number> => (asked.length === 0 ? tallyOf(db, projectId, 'users') : db.$count(users, where))

/** POST …/users/search */
export const searchUsers =
  (db: Database): Handler =>
  async ({ param, body }) => {
    const projectId = param('projectId')
    const read = readOrRefuse(search, body ?? {})
    const where = and(
      eq(users.projectId, projectId),
      ...read.filters.map((filter) => hasValue(db, projectId, filter)),
    )
    const rows = await sortedBy(db, projectId, read.sort, { ...read, where })
    const total = await countUsers(db, projectId, read.filters, where)
    return pageOf(await showUsers(db, rows, read.fields), total, read)
  }
