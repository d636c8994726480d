import { expect, test } from 'vitest'
import {
  derivedNonce,
  type Mapping,
  mapped,
  NO_MAPPING,
} from '../../../packages/relay/src/settlement/mapping.ts'
import { field, typeSchema } from '../../support/schema-facts.ts'

const type = typeSchema([
  ...[field('email', 'email'), field('zip', 'string'), field('budget', 'number')],
  field('won', 'boolean', { entity: 'state' }),
])
const by = (mapping: Partial<Mapping>): Mapping => ({ ...NO_MAPPING, ...mapping })

test('a key is renamed where the new one is free, and stays where it is not', () => {
  const mapping = by({ rename: new Map([['mail', 'email']]) })
  expect(mapped(type, { mail: 'a@b.fr', zip: '1' }, mapping)).toEqual({ email: 'a@b.fr', zip: '1' })
  expect(mapped(type, { mail: 'a@b.fr', email: '' }, mapping)).toEqual({ email: 'a@b.fr' })
  expect(mapped(type, { mail: 'a@b.fr', email: 'c@d.fr' }, mapping)).toEqual({
    mail: 'a@b.fr',
    email: 'c@d.fr',
  })
})

test('a default fills what is missing or empty, as a text where the field takes one, else as JSON', () => {
  const defaults = new Map([
    ['zip', '75001'],
    ['budget', '5'],
    ['won', '1'],
  ])
  expect(mapped(type, { zip: null, won: 0 }, by({ defaults }))).toEqual({ zip: '75001', budget: 5, won: 0 })
  expect(mapped(type, {}, by({ defaults: new Map([['budget', 'much']]) }))).toEqual({ budget: 'much' })
})

test('what is renamed is coerced too, and the data it came from are not touched', () => {
  const data = { price: '12,50' }
  const mapping = by({ rename: new Map([['price', 'budget']]), coerce: new Set(['number']) })
  expect(mapped(type, data, mapping)).toEqual({ budget: 12.5 })
  expect(data).toEqual({ price: '12,50' })
})

test('the derived nonce is the same for the same data, and a nonce', () => {
  expect(derivedNonce('n1', { a: 1 })).toBe(derivedNonce('n1', { a: 1 }))
  expect(
    new Set([derivedNonce('n1', { a: 1 }), derivedNonce('n2', { a: 1 }), derivedNonce('n1', { a: 2 }), 'n1'])
      .size,
  ).toBe(4)
  expect(derivedNonce('n1', {})).toMatch(/^[A-Za-z0-9_-]{32}$/)
})
