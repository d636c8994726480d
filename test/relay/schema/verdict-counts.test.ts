import { expect, test } from 'vitest'
import { changedTypes, schemaOf } from '../../../packages/relay/src/schema/parse-schema.ts'
import { createVerdictCounts } from '../../../packages/relay/src/schema/verdict-counts.ts'
import { eventType, field, typeSchema } from '../../support/schema-facts.ts'

const of = (...references: string[]) =>
  schemaOf({ eventTypes: references.map((one) => eventType(one, [])), project: undefined })

test('each type of the project has its counts, those with most to tell first; a type that is gone has none', () => {
  const counts = createVerdictCounts()
  const lead = typeSchema([])
  counts.add(lead, 'ok')
  counts.add(lead, 'warn')
  counts.add({ ...lead, reference: 'quote' }, 'reject')
  counts.add({ ...lead, reference: 'gone' }, 'reject')
  const hash = expect.stringMatching(/^[0-9a-f]{16}$/)
  expect(counts.read(of('idle', 'lead', 'quote'))).toEqual([
    { reference: 'quote', hash, ok: 0, warn: 0, reject: 1 },
    { reference: 'lead', hash, ok: 1, warn: 1, reject: 0 },
    { reference: 'idle', hash, ok: 0, warn: 0, reject: 0 },
  ])
})

test('another field is another version of its type, and of no other', () => {
  const before = of('lead', 'quote')
  const after = schemaOf({
    eventTypes: [eventType('lead', [field('a', 'string')]), eventType('quote', [])],
    project: undefined,
  })
  expect(changedTypes(after, before)).toEqual(['lead'])
  expect(after.types.get('quote')?.hash).toBe(before.types.get('quote')?.hash)
})
