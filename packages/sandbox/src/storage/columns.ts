import * as pg from 'drizzle-orm/pg-core'

/** A moment, to the millisecond. */
export const instant = (name: string) =>
  pg.timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })
/** A 24-hex id. */
export const objectId = (name: string) => pg.varchar(name, { length: 24 })
/** The project a row belongs to. */
export const slug = () => pg.varchar('project_id', { length: 64 }).notNull()
export const stamps = {
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
}

/** Anything JSON can hold, as it came. */
export type Json = Readonly<Record<string, unknown>>
