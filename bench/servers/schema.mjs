/** The project's event types as a relay keeps them on disk, so that it judges what it collects as it does in use. */
import { join } from 'node:path'
import { schemaOf } from '../../packages/relay/dist/schema/parse-schema.js'
import { createSchemaFile } from '../../packages/relay/dist/schema/schema-file.js'
import { createValidation } from '../../packages/relay/dist/schema/validation.js'
import { typeName } from '../load/template.mjs'

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

const REFERENCES = ['page-view', 'add-to-cart', 'purchase']

/** As the upstream lists them: so many, or the three of a tag's batch. */
const eventTypesOf = (types) =>
  (types ? Array.from({ length: types }, (_, number) => typeName(number)) : REFERENCES).map((reference) => ({
    ...{ _id: `id-of-${reference}`, projectId: 'demo-shop', reference, name: reference, fields },
  }))

export const eventTypes = eventTypesOf()

export const keepSchema = (dataDir, types) =>
  createSchemaFile(join(dataDir, 'schema.json')).save({
    facts: { eventTypes: eventTypesOf(types), project: {} },
    readAt: Date.now(),
  })

/** Judges as a relay does that has read them. */
export const createJudge = (clock, log, types) => {
  const schema = schemaOf({ eventTypes: eventTypesOf(types), project: {} })
  const registry = { schema: () => schema, ask: () => undefined, status: () => ({ state: 'fresh' }) }
  return createValidation({ policy: 'hold', coercions: new Set(), registry, clock, log })
}
