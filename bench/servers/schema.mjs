/** The project's event types as a relay keeps them on disk, so that it judges what it collects as it does in use. */
import { join } from 'node:path'
import { createSchemaFile } from '../../packages/relay/dist/schema/schema-file.js'

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

export const keepSchema = (dataDir) =>
  createSchemaFile(join(dataDir, 'schema.json')).save({
    facts: { eventTypes, project: {} },
    readAt: Date.now(),
  })
