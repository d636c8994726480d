import * as pg from 'drizzle-orm/pg-core'
import { instant, objectId, slug, stamps } from '../columns.ts'

export const users = pg.pgTable(
  'users',
  {
    id: objectId('id').primaryKey(),
    projectId: slug(),
    firstInteractionDate: instant('first_interaction_date'),
    lastInteractionDate: instant('last_interaction_date'),
    firstEventDate: instant('first_event_date'),
    lastEventDate: instant('last_event_date'),
    ...stamps,
  },
  (table) => [pg.index('users_created').on(table.projectId, table.createdAt, table.id)],
)

/** Each value a user field has ever had: user fields are multi-valued. `proof` is the value's comparable form. */
export const userValues = pg.pgTable(
  'user_values',
  {
    userId: objectId('user_id').notNull(),
    projectId: slug(),
    field: pg.text('field').notNull(),
    proof: pg.text('proof').notNull(),
    value: pg.jsonb('value').$type<unknown>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    pg.primaryKey({ columns: [table.userId, table.field, table.proof] }),
    // With the user in it, one walk along it is the users sorted by a field.
    pg.index('user_values_proof').on(table.projectId, table.field, table.proof, table.userId),
  ],
)

export const trackers = pg.pgTable(
  'trackers',
  {
    projectId: slug(),
    trackerId: pg.text('tracker_id').notNull(),
    userId: objectId('user_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    pg.primaryKey({ columns: [table.projectId, table.trackerId] }),
    pg.index('trackers_user').on(table.userId),
  ],
)
