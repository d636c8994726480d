import { expect, test } from 'vitest'
import { changedTypes, schemaOf } from '../../../packages/relay/src/schema/parse-schema.ts'
import { eventType, field } from '../../support/schema-facts.ts'

const project = { phoneParsingConfig: ['FR'] }
const hashOf = (...eventTypes: Parameters<typeof schemaOf>[0]['eventTypes']) =>
  schemaOf({ eventTypes, project }).hash

test('what the upstream left out is read as what refuses least', () => {
  const bare = { type: 'string', ingestionKey: 'note' }
  const { types } = schemaOf({ eventTypes: [eventType('lead', [bare])], project: undefined })
  expect(types.get('lead')).toEqual({
    reference: 'lead',
    hash: expect.any(String),
    fields: [{ key: 'note', form: 'string', mandatory: false, isPii: false }],
    keys: new Set(['note']),
    countries: [],
    moreCountries: true,
  })
})

test('a legacy key stands for the ingestion key, a field without any is left out, a state has a form of its own', () => {
  const fields = [
    { type: 'email', key: 'mail' },
    { type: 'string' },
    field('won', 'boolean', { entity: 'state' }),
  ]
  const { types } = schemaOf({ eventTypes: [eventType('lead', fields)], project })
  expect(types.get('lead')?.fields.map(({ key, form }) => [key, form])).toEqual([
    ['mail', 'email'],
    ['won', 'state'],
  ])
})

test('the countries of a type come before those of the project; of an unknown form nothing is concluded', () => {
  const read = (phoneParsingConfig: unknown[]) =>
    schemaOf({ eventTypes: [eventType('lead', [], { phoneParsingConfig })], project }).types.get('lead')
  expect(read(['DE', 'FR'])).toMatchObject({ countries: ['DE', 'FR'], moreCountries: false })
  expect(read([{ country: 'DE' }])).toMatchObject({ countries: ['FR'], moreCountries: true })
})

test('the hash tells schemas apart by what matters, not by their order', () => {
  const [a, b] = [field('a', 'string'), field('b', 'number')]
  const before = hashOf(eventType('x', [a, b]), eventType('y', [a]))
  expect(hashOf(eventType('y', [a], { name: 'Other' }), eventType('x', [b, a]))).toBe(before)
  expect(hashOf(eventType('x', [a, b]), eventType('y', [{ ...a, optional: false }]))).not.toBe(before)
  expect(hashOf(eventType('x', [a, b]))).not.toBe(before)
})

test('an event type has changed when it is new or other than before, not when it is gone or renamed for people', () => {
  const of = (...eventTypes: Parameters<typeof schemaOf>[0]['eventTypes']) =>
    schemaOf({ eventTypes, project })
  const [a, b] = [field('a', 'string'), field('b', 'number')]
  const before = of(eventType('same', [a, b]), eventType('other', [a]), eventType('gone', [a]))
  const after = of(
    eventType('same', [b, a], { name: 'Renamed' }),
    eventType('other', [b]),
    eventType('new', [a]),
  )
  expect(changedTypes(after, before)).toEqual(['other', 'new'])
})
