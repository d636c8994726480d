import * as pg from 'drizzle-orm/pg-core'
import { instant, type Json, objectId, slug, stamps } from '../columns.ts'

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
