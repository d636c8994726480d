import { sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'

const instant = (name: string) => pg.timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })
const objectId = (name: string) => pg.varchar(name, { length: 24 })
const slug = () => pg.varchar('project_id', { length: 64 }).notNull()
const stamps = { createdAt: instant('created_at').notNull(), updatedAt: instant('updated_at').notNull() }

/** Anything JSON can hold, as it came. */
type Json = Readonly<Record<string, unknown>>

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

/** Why an event was trashed: which ingestion key, and what was wrong with it. */
export type IngestionError = { readonly field: string; readonly message: string }

export const workspaces = pg.pgTable('workspaces', {
  id: objectId('id').primaryKey(),
  slug: pg.text('slug').notNull(),
  name: pg.text('name').notNull(),
  billingId: pg.text('billing_id').notNull(),
  clientId: pg.text('client_id').notNull().unique(),
  clientSecret: pg.text('client_secret').notNull(),
  ...stamps,
})

export const agents = pg.pgTable('agents', {
  id: pg.uuid('id').primaryKey(),
  workspaceId: objectId('workspace_id').notNull(),
  email: pg.text('email').notNull().unique(),
  firstname: pg.text('firstname').notNull(),
  lastname: pg.text('lastname').notNull(),
  phone: pg.text('phone').notNull(),
  picture: pg.text('picture'),
})

/** Public halves of service-account keys; the private half is only in the file written at the first start. */
export const agentKeys = pg.pgTable('agent_keys', {
  kid: pg.text('kid').primaryKey(),
  agentId: pg.uuid('agent_id').notNull(),
  publicKey: pg.text('public_key').notNull(),
  revokedAt: instant('revoked_at'),
})

/** The OAuth server's own signing keys (JWK), private half included: they open nothing but this sandbox. */
export const signingKeys = pg.pgTable('signing_keys', {
  kid: pg.text('kid').primaryKey(),
  jwk: pg.jsonb('jwk').$type<Json>().notNull(),
})

/** Refresh tokens by SHA-256: each works once and gives way to its successor. */
export const refreshTokens = pg.pgTable('refresh_tokens', {
  hash: pg.varchar('hash', { length: 64 }).primaryKey(),
  agentId: pg.uuid('agent_id').notNull(),
  family: pg.uuid('family').notNull(),
  usedAt: instant('used_at'),
  createdAt: instant('created_at').notNull(),
})

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
    pg.index('raw_events_created').on(table.projectId, table.createdAt),
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
  (table) => [pg.index('trashed_events_created').on(table.projectId, table.createdAt)],
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
  (table) => [pg.index('users_created').on(table.projectId, table.createdAt)],
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
    pg.index('user_values_proof').on(table.projectId, table.field, table.proof),
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

export const integrations = pg.pgTable(
  'integrations',
  {
    id: objectId('id').primaryKey(),
    projectId: slug(),
    wmktId: pg.text('wmkt_id').notNull(),
    name: pg.text('name').notNull(),
    type: pg.text('type').notNull(),
    dataSource: pg.text('data_source').notNull(),
    credentialId: pg.text('credential_id'),
    currency: pg.varchar('currency', { length: 3 }).notNull(),
    urlCheck: pg.jsonb('url_check').$type<Json>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [pg.uniqueIndex('integrations_wmkt_id').on(table.projectId, table.wmktId)],
)

export const campaigns = pg.pgTable(
  'campaigns',
  {
    id: objectId('id').primaryKey(),
    projectId: slug(),
    integrationId: objectId('integration_id').notNull(),
    name: pg.text('name').notNull(),
    campaignSlug: pg.text('campaign_slug').notNull(),
    active: pg.boolean('active').notNull(),
    explicit: pg.boolean('explicit').notNull(),
    ...stamps,
  },
  (table) => [pg.uniqueIndex('campaigns_slug').on(table.integrationId, table.campaignSlug)],
)

export const outlays = pg.pgTable(
  'outlays',
  {
    id: objectId('id').primaryKey(),
    projectId: slug(),
    integrationId: objectId('integration_id').notNull(),
    campaignId: objectId('campaign_id').notNull(),
    amount: pg.doublePrecision('amount').notNull(),
    currency: pg.varchar('currency', { length: 3 }).notNull(),
    startDate: instant('start_date').notNull(),
    endDate: instant('end_date').notNull(),
    country: pg.text('country'),
    region: pg.text('region'),
    deletedAt: instant('deleted_at'),
    ...stamps,
  },
  (table) => [pg.index('outlays_campaign').on(table.campaignId, table.startDate)],
)

export const interactions = pg.pgTable(
  'interactions',
  {
    id: objectId('id').primaryKey(),
    projectId: slug(),
    userId: objectId('user_id').notNull(),
    integrationId: objectId('integration_id').notNull(),
    campaignId: objectId('campaign_id'),
    date: instant('date').notNull(),
    userData: pg.jsonb('user_data').$type<Json>().notNull(),
    nodeData: pg.jsonb('node_data').$type<Json>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    pg.index('interactions_created').on(table.projectId, table.createdAt),
    pg.index('interactions_user').on(table.userId, table.date),
  ],
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
