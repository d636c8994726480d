import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'

/**
 * Rows as the source of an insert, `db.insert(table).select(rowsOf(table, rows))`: one JSON parameter however many
 * rows. As many parameters as rows have values cost more on the embedded PostgreSQL than to store them does.
 */
export const rowsOf = <Table extends PgTable>(table: Table, rows: readonly Table['$inferInsert'][]): SQL => {
  const columns = Object.entries(getTableColumns(table))
  const nameOf = Object.fromEntries(columns.map(([key, { name }]) => [key, name]))
  const records = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [nameOf[key] ?? key, value])),
  )
  const names = sql.join(
    columns.map(([, { name }]) => sql.identifier(name)),
    sql`, `,
  )
  return sql`select ${names} from jsonb_populate_recordset(null::${table}, ${JSON.stringify(records)}::jsonb)`
}
