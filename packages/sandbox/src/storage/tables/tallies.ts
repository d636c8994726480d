import * as pg from 'drizzle-orm/pg-core'
import { slug } from '../columns.ts'

/**
 * How many rows a project has in a table that grows without bounds. Kept by triggers (migration 0001), so that no
 * path can forget it; counting 100,000 rows for a list's `total` would cost more than the list.
 */
export const tallies = pg.pgTable(
  'tallies',
  {
    projectId: slug(),
    tableName: pg.text('table_name').$type<'users' | 'trashed_events'>().notNull(),
    n: pg.integer('n').notNull(),
  },
  (table) => [pg.primaryKey({ columns: [table.projectId, table.tableName] })],
)
