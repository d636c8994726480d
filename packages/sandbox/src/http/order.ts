import { asc, desc, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { oneOf, type Reader, withDefault } from './shape.ts'

export type Order = 'ASC' | 'DESC'

/** Reader of `order=ASC|DESC`. */
export const orderText = (fallback: Order): Reader<Order> => withDefault(oneOf('ASC', 'DESC'), fallback)

/** Rows by a column, and by a second one that tells equals apart: pages must not overlap. */
export const orderedBy = (column: PgColumn | SQL, order: Order, tieBreaker: PgColumn): readonly SQL[] => {
  const way = order === 'ASC' ? asc : desc
  return [way(column), way(tieBreaker)]
}
