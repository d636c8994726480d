/** The project's event types as a relay keeps them on disk, so that it judges what it collects as it does in use. */
import { join } from 'node:path'
import { schemaOf } from '../../packages/relay/dist/schema/parse-schema.js'
import { createSchemaFile } from '../../packages/relay/dist/schema/schema-file.js'
import { createValidation } from '../../packages/relay/dist/schema/validation.js'

const FIELDS = {
  email: 'email',
  page: 'string',
  referrer: 'string',
  amount: 'number',
  currency: 'string',
  label: 'string',
}

const fields = Object.entries(FIELDS).map(([key, type]) => ({
  ...{ ingestionKey: key, storageKey: key, type, entity: 'event-type', optional: true },
}))

/** As the upstream lists them. */
export const eventTypes = ['page-view', 'add-to-cart', 'purchase'].map((reference) => ({
  ...{ _id: `id-of-${reference}`, projectId: 'demo-shop', reference, name: reference, fields },
}))

const facts = { eventTypes, project: {} }

export const keepSchema = (dataDir) =>
  createSchemaFile(join(dataDir, 'schema.json')).save({
    facts,
    readAt: Date.now(),
  })

/** Judges as a relay does that has read them. */
export const createJudge = (clock, log) => {
  const schema = schemaOf(facts)
  const registry = { schema: () => schema, ask: () => undefined, status: () => ({ state: 'fresh' }) }
  return createValidation({ policy: 'hold', coercions: new Set(), registry, clock, log })
}
