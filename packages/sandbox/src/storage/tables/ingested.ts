import { sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import { instant, type Json, objectId, slug, stamps } from '../columns.ts'

/** Why an event was trashed: which ingestion key, and what was wrong with it. */
export type IngestionError = { readonly field: string; readonly message: string }

/** Events as they were sent. `accepted` ones wait for the ingestion worker: this table is its durable work list. */
export const rawEvents = pg.pgTable(
  'raw_events',
  {
    id: pg.uuid('id').primaryKey(),
    projectId: slug(),
    nonce: pg.text('nonce').notNull(),
    eventType: pg.text('event_type').notNull(),
    eventDate: instant('event_date'),
    trackerId: pg.text('tracker_id'),
    data: pg.jsonb('data').$type<Json>().notNull(),
    status: pg.text('status').$type<'accepted' | 'computed' | 'trashed'>().notNull(),
    dueAt: instant('due_at').notNull(),
    receptions: pg.integer('receptions').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    pg.uniqueIndex('raw_events_nonce').on(table.projectId, table.nonce),
    pg.index('raw_events_due').on(table.dueAt, table.createdAt).where(sql`${table.status} = 'accepted'`),
    pg.index('raw_events_created').on(table.projectId, table.createdAt, table.id),
  ],
)

export const trashedEvents = pg.pgTable(
  'trashed_events',
  {
    id: pg.uuid('id').primaryKey(),
    projectId: slug(),
    nonce: pg.text('nonce').notNull(),
    eventType: pg.text('event_type').notNull(),
    eventDate: instant('event_date'),
    trackerId: pg.text('tracker_id'),
    data: pg.jsonb('data').$type<Json>().notNull(),
    errors: pg.jsonb('errors').$type<readonly IngestionError[]>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [pg.index('trashed_events_created').on(table.projectId, table.createdAt, table.id)],
)

export const events = pg.pgTable(
  'events',
  {
    id: pg.uuid('id').primaryKey(),
    projectId: slug(),
    userId: objectId('user_id'),
    eventType: pg.text('event_type').notNull(),
    eventTypeId: objectId('event_type_id').notNull(),
    eventTypeVersion: pg.integer('event_type_version').notNull(),
    eventDate: instant('event_date').notNull(),
    attributable: pg.boolean('attributable').notNull(),
    event: pg.jsonb('event').$type<Json>().notNull(),
    user: pg.jsonb('user').$type<Json>().notNull(),
    ...stamps,
  },
  (table) => [
    pg.index('events_date').on(table.projectId, table.eventDate, table.eventType),
    pg.index('events_type').on(table.projectId, table.eventType, table.eventDate),
    pg.index('events_user').on(table.userId, table.eventDate),
    pg.index('events_created').on(table.projectId, table.createdAt),
  ],
)

/** States and statistics of events. `value` is in the project's currency or plain; `amount` and `currency` as they were given. */
export const metrics = pg.pgTable(
  'metrics',
  {
    id: objectId('id').primaryKey(),
    projectId: slug(),
    userId: objectId('user_id'),
    eventId: pg.uuid('event_id').notNull(),
    eventType: pg.text('event_type').notNull(),
    eventDate: instant('event_date').notNull(),
    type: pg.text('type').$type<'state' | 'statistic'>().notNull(),
    storageKey: pg.text('storage_key').notNull(),
    value: pg.doublePrecision('value').notNull(),
    amount: pg.doublePrecision('amount'),
    currency: pg.varchar('currency', { length: 3 }),
    metricDate: instant('metric_date'),
    ...stamps,
  },
  (table) => [
    pg.uniqueIndex('metrics_event_key').on(table.eventId, table.storageKey),
    pg.index('metrics_insight').on(table.projectId, table.storageKey, table.eventDate),
    pg.index('metrics_user').on(table.userId, table.metricDate),
  ],
)
