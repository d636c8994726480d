import * as pg from 'drizzle-orm/pg-core'
import type { JWK } from 'jose'
import { instant, objectId, stamps } from '../columns.ts'

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
  jwk: pg.jsonb('jwk').$type<JWK>().notNull(),
})

/** Refresh tokens by SHA-256: each works once and gives way to its successor. */
export const refreshTokens = pg.pgTable('refresh_tokens', {
  hash: pg.varchar('hash', { length: 64 }).primaryKey(),
  agentId: pg.uuid('agent_id').notNull(),
  family: pg.uuid('family').notNull(),
  usedAt: instant('used_at'),
  createdAt: instant('created_at').notNull(),
})
