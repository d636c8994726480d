import { sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import { instant, type Json, objectId, slug, stamps } from '../columns.ts'

/** A field of an event type, as the reference describes it (webmarketer.md, section 3). */
export type EventTypeField = {
  readonly label: string
  readonly entity: 'user' | 'state' | 'statistic' | 'event-type'
  readonly type: 'string' | 'email' | 'boolean' | 'date' | 'location' | 'currency' | 'number' | 'phone'
  readonly ingestionKey: string
  readonly storageKey: string
  readonly optional: boolean
  readonly isPii: boolean
  readonly discriminant: boolean
  readonly metadata: Json
}

export const projects = pg.pgTable('projects', {
  id: pg.varchar('id', { length: 64 }).primaryKey(),
  workspaceId: objectId('workspace_id').notNull(),
  name: pg.text('name').notNull(),
  mode: pg.text('mode').notNull(),
  retentionDurationInDays: pg.integer('retention_duration_in_days'),
  picture: pg.text('picture'),
  domain: pg.text('domain').notNull(),
  currency: pg.varchar('currency', { length: 3 }).notNull(),
  phoneParsingConfig: pg.jsonb('phone_parsing_config').$type<readonly string[]>().notNull(),
  ...stamps,
})

export const fields = pg.pgTable(
  'fields',
  {
    id: objectId('id').primaryKey(),
    projectId: slug(),
    entity: pg.text('entity').$type<'user' | 'state' | 'statistic'>().notNull(),
    key: pg.text('key').notNull(),
    label: pg.text('label').notNull(),
    type: pg.text('type').$type<EventTypeField['type']>().notNull(),
    isPii: pg.boolean('is_pii').notNull(),
    discriminant: pg.boolean('discriminant').notNull(),
    metadata: pg.jsonb('metadata').$type<Json>().notNull(),
    archivedAt: instant('archived_at'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    pg.uniqueIndex('fields_live_key').on(table.projectId, table.key).where(sql`${table.archivedAt} is null`),
  ],
)

export const eventTypes = pg.pgTable(
  'event_types',
  {
    id: objectId('id').primaryKey(),
    projectId: slug(),
    reference: pg.text('reference').notNull(),
    name: pg.text('name').notNull(),
    version: pg.integer('version').notNull(),
    fields: pg.jsonb('fields').$type<readonly EventTypeField[]>().notNull(),
    metadata: pg.jsonb('metadata').$type<Json>().notNull(),
    phoneParsingConfig: pg.jsonb('phone_parsing_config').$type<readonly string[]>().notNull(),
    expirationPolicy: pg.jsonb('expiration_policy').$type<Json>().notNull(),
    attributable: pg.boolean('attributable').notNull(),
    archivedAt: instant('archived_at'),
    ...stamps,
  },
  (table) => [
    pg
      .uniqueIndex('event_types_live_reference')
      .on(table.projectId, table.reference)
      .where(sql`${table.archivedAt} is null`),
  ],
)

/** Every version an event type has had: a state that came later does not apply to older events. */
export const eventTypeVersions = pg.pgTable(
  'event_type_versions',
  {
    eventTypeId: objectId('event_type_id').notNull(),
    version: pg.integer('version').notNull(),
    fields: pg.jsonb('fields').$type<readonly EventTypeField[]>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [pg.primaryKey({ columns: [table.eventTypeId, table.version] })],
)

export const customColumns = pg.pgTable(
  'custom_columns',
  {
    id: objectId('id').primaryKey(),
    projectId: slug(),
    key: pg.text('key').notNull(),
    name: pg.text('name').notNull(),
    format: pg.text('format').notNull(),
    symbols: pg.jsonb('symbols').$type<readonly unknown[]>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [pg.uniqueIndex('custom_columns_key').on(table.projectId, table.key)],
)
