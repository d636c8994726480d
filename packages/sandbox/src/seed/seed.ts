import { eq } from 'drizzle-orm'
import { makeObjectId, makeSecret, makeUuid } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import {
  agents,
  eventTypes,
  eventTypeVersions,
  fields,
  integrations,
  projects,
  workspaces,
} from '../storage/schema.ts'
import { DEMO_EVENT_TYPES, DEMO_FIELDS } from './demo-event-types.ts'

/** The demo integration's well-known `wmktId`: what a landing URL or an offline interaction names. */
export const DEMO_WMKT_ID = 'demo-store'

const COUNTRIES = ['FR', 'BE', 'CH', 'LU', 'GB', 'DE', 'ES', 'IT', 'US']

const seedWorkspace = async (db: Database, at: Date): Promise<string> => {
  const [known] = await db.select().from(workspaces).limit(1)
  if (known) return known.id
  const id = makeObjectId(at.getTime())
  const stamps = { createdAt: at, updatedAt: at }
  const client = { clientId: makeUuid(), clientSecret: makeSecret() }
  await db
    .insert(workspaces)
    .values({ id, slug: 'sandbox', name: 'Sandbox', billingId: 'none', ...client, ...stamps })
  const email = 'sandbox@service-account.webmarketer.test'
  const account = {
    id: makeUuid(),
    workspaceId: id,
    email,
    firstname: 'Sandbox',
    lastname: 'Service account',
    phone: '',
  }
  await db.insert(agents).values(account)
  return id
}

const seedFields = (db: Database, projectId: string, at: Date) =>
  db.insert(fields).values(
    DEMO_FIELDS.flatMap(({ entity, storageKey, label, type, isPii, discriminant, metadata }) =>
      entity === 'event-type'
        ? []
        : [
            {
              ...{ id: makeObjectId(at.getTime()), projectId, entity, key: storageKey },
              ...{ label, type, isPii, discriminant, metadata, createdAt: at },
            },
          ],
    ),
  )

const seedEventTypes = async (db: Database, projectId: string, at: Date): Promise<void> => {
  const rows = DEMO_EVENT_TYPES.map((demo) => ({
    ...demo,
    ...{ id: makeObjectId(at.getTime()), projectId, version: 1, metadata: {}, phoneParsingConfig: [] },
    ...{ expirationPolicy: { from: 'project' }, attributable: true, createdAt: at, updatedAt: at },
  }))
  await db.insert(eventTypes).values(rows)
  await db
    .insert(eventTypeVersions)
    .values(
      rows.map(({ id, version, fields: own }) => ({ eventTypeId: id, version, fields: own, createdAt: at })),
    )
}

/** The Custom Ads integration, and one that offline interactions must not name. */
const DEMO_INTEGRATIONS = [
  { wmktId: DEMO_WMKT_ID, name: 'Demo store', type: 'custom-ads' },
  { wmktId: 'demo-search', name: 'Demo search ads', type: 'google-ads' },
]

const seedIntegrations = (db: Database, projectId: string, at: Date) =>
  db.insert(integrations).values(
    DEMO_INTEGRATIONS.map((demo) => ({
      ...{ id: makeObjectId(at.getTime()), projectId, ...demo, dataSource: demo.type, currency: 'EUR' },
      urlCheck: { lastCheck: at.toISOString(), status: 'valid' },
      createdAt: at,
    })),
  )

const isSeeded = async (db: Database, projectId: string): Promise<boolean> => {
  const found = await db.select().from(projects).where(eq(projects.id, projectId))
  return found.length > 0
}

/** Creates the project with its demo fields, event types and integration, unless it is there already. */
export const seedProject = async (db: Database, projectId: string, at: Date): Promise<void> => {
  if (await isSeeded(db, projectId)) return
  await db.transaction(async (tx) => {
    const workspaceId = await seedWorkspace(tx, at)
    await tx.insert(projects).values({
      ...{ id: projectId, workspaceId, name: projectId, mode: 'e-commerce', domain: `${projectId}.test` },
      ...{ currency: 'EUR', phoneParsingConfig: COUNTRIES, createdAt: at, updatedAt: at },
    })
    await seedFields(tx, projectId, at)
    await seedEventTypes(tx, projectId, at)
    await seedIntegrations(tx, projectId, at)
  })
}
