import type { EventType } from '@wmkt/api'
import type { TypeSchema } from '../../packages/protocol/src/schema/schema.ts'
import { schemaOf } from '../../packages/relay/src/schema/parse-schema.ts'

type Field = EventType['fields'][number]

/** An optional field of an event type as the upstream tells it. */
export const field = (ingestionKey: string, type: string, more: Partial<Field> = {}): Field => ({
  ...{ ingestionKey, storageKey: ingestionKey, type, entity: 'event-type', optional: true },
  ...more,
})

export const eventType = (reference: string, fields: Field[], more: Partial<EventType> = {}): EventType => ({
  ...{ _id: `id-of-${reference}`, projectId: 'demo-shop', reference, name: reference, fields },
  ...more,
})

/** One event type as the relay reads it. */
export const typeSchema = (fields: Field[], more: Partial<EventType> = {}): TypeSchema => {
  const facts = { eventTypes: [eventType('lead', fields, more)], project: { phoneParsingConfig: ['FR'] } }
  const type = schemaOf(facts).types.get('lead')
  if (!type) throw new Error('an event type is lost')
  return type
}
