import { createHash } from 'node:crypto'
import { MAX_KEYS } from '@wmkt/protocol'
import type { Coercion, Schema } from '@wmkt/protocol/schema'
import { COERCIONS } from '@wmkt/protocol/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeRecord } from '../../../packages/relay/src/record.ts'
import { openRecord } from '../../../packages/relay/src/record-reader.ts'
import { createBatchScanner } from '../../../packages/relay/src/scan/batch.ts'
import { createGlance, GLANCE_FORM } from '../../../packages/relay/src/schema/glance.ts'
import { schemaOf } from '../../../packages/relay/src/schema/parse-schema.ts'
import { dataOf, FORMS_TRIED } from '../../protocol/schema/generated.ts'
import { eventType, field } from '../../support/schema-facts.ts'
import { bodyText } from '../scan/bodies.ts'
import { expectAlike, judgeOf } from '../scan/two-ways.ts'

const project = { phoneParsingConfig: ['FR'] }
const schemaWith = (...fields: Parameters<typeof eventType>[1]): Schema =>
  schemaOf({ eventTypes: [eventType('lead', fields), eventType('other', [field('a', 'number')])], project })

const bodyWith = (...events: readonly (readonly [eventType: string, data: string])[]): Buffer =>
  Buffer.from(
    bodyText(
      events.map(
        ([type, data], n) => `{"kind":"event","nonce":"n-${n}","eventType":"${type}","data":${data}}`,
      ),
    ),
  )
const lead = (data: object): Buffer => bodyWith(['lead', JSON.stringify(data)])

const ALL_FORMS = schemaWith(
  ...FORMS_TRIED.map((form) => field(form, form)),
  field('state', 'boolean', { entity: 'state' }),
  field('to-come', 'colour'),
  field('must', 'string', { optional: false }),
)
/** Of each form what a page sends. */
const FINE: Readonly<Record<string, readonly unknown[]>> = {
  string: ['text', 'é€😀', 'a "b" \\ \n\t', ' ', '12,50', '\u2028'],
  number: [0, -12.5, 1_764_000_000_000],
  boolean: [true, false],
  email: ['ada@example.org', "o'hara+x@a-b.example.co.uk"],
  phone: ['+33612345678', '+33 6 12 34 56 78', '06 12 34 56 78'],
  date: ['2026-03-14T09:26:53.589Z', '2026-03-14T09:26:53+02:00', '2026-02-28T00:00:00Z'],
  currency: [
    { amount: 12.5, currency: 'EUR' },
    { currency: 'USD', amount: 0 },
  ],
  location: [
    { zipcode: '75001', country: 'FR' },
    { city: 'Orléans', country: 'FR' },
  ],
  state: [0, 1],
}
const each = Object.entries(FINE).flatMap(([form, values]) => values.map((value) => [form, value] as const))

describe('with a schema, what a page sends is seen to fit at a glance', () => {
  test('but not an event of more keys than it may have, also where each is expected', () => {
    const names = Array.from({ length: MAX_KEYS + 1 }, (_, n) => `f${n}`)
    const schema = schemaWith(...names.map((name) => field(name, 'number')))
    const data = (from: number) =>
      JSON.stringify(Object.fromEntries(names.slice(from).map((name) => [name, 1])))
    expect(expectAlike(bodyWith(['lead', data(1)], ['lead', data(1)]), { schema })).toBe(true)
    expect(expectAlike(bodyWith(['lead', data(1)], ['lead', data(0)]), { schema })).toBe(false)
  })

  test.each(each)('a %s such as %j', (form, value) => {
    expect(expectAlike(lead({ must: 'x', [form]: value }), { schema: ALL_FORMS })).toBe(true)
    expect(expectAlike(lead({ [form]: value, must: 'x' }), { schema: ALL_FORMS })).toBe(true)
  })

  test('all at once, in any order, event after event', () => {
    const right = Object.fromEntries(each)
    const orders = [right, Object.fromEntries(Object.entries(right).reverse())]
    const events = orders.map((data, n) => ['lead', JSON.stringify({ ...data, must: `m${n}` })] as const)
    expect(expectAlike(bodyWith(...events, ['other', '{}'], ...events), { schema: ALL_FORMS })).toBe(true)
  })

  test.each(each)('with every coercion on, but for what it would change: a %s such as %j', (form, value) => {
    const taken = expectAlike(lead({ must: 'x', [form]: value }), { schema: ALL_FORMS, coercions: COERCIONS })
    expect(taken).toBe(form !== 'phone')
  })
})

describe('with a schema, all else is left to the verdict', () => {
  test.each<[string, object]>([
    ['a mandatory field that is missing', {}],
    ['one that is empty', { must: '' }],
    ['one that is null', { must: null }],
    ['a key that no field asks for', { must: 'x', more: 1 }],
    ['a key that begins like a field', { must: 'x', strin: 'text' }],
    ['a value of a type to come', { must: 'x', 'to-come': 1 }],
    ['an optional field that is null', { must: 'x', number: null }],
    ['an empty text', { must: 'x', string: '' }],
    ['a number in quotes', { must: 'x', number: '12' }],
    ['a word in quotes', { must: 'x', boolean: 'true' }],
    ['null for a word', { must: 'x', boolean: null }],
    ['a list for a text', { must: 'x', string: ['a'] }],
    ['an address that is none', { must: 'x', email: 'ada' }],
    ['an address with space around it', { must: 'x', email: ' ada@example.org' }],
    ['an address that is empty', { must: 'x', email: '' }],
    ['a phone number of no country', { must: 'x', phone: '12345' }],
    ['a date without a time', { must: 'x', date: '2026-03-14' }],
    ['an amount in quotes', { must: 'x', currency: { amount: '12', currency: 'EUR' } }],
    ['a location without a place', { must: 'x', location: {} }],
    ['a state in words', { must: 'x', state: true }],
  ])('%s', (_, data) => {
    expect(expectAlike(lead(data), { schema: ALL_FORMS })).toBe(false)
    expect(expectAlike(lead(data), { schema: ALL_FORMS, coercions: COERCIONS })).toBe(false)
  })

  test.each<[string, string]>([
    ['a field twice', '{"must":"x","number":1,"number":2}'],
    ['a mandatory field twice, another missing', '{"must":"x","must":"x"}'],
    ['a key twice within a value', '{"must":"x","location":{"country":"FR","country":"DE"}}'],
    ['a number that is none', '{"must":"x","number":1e999}'],
  ])('%s', (_, data) => {
    expect(expectAlike(bodyWith(['lead', data]), { schema: ALL_FORMS })).toBe(false)
  })

  test('an event type that is none of the project', () => {
    expect(expectAlike(bodyWith(['stranger', '{}']), { schema: ALL_FORMS })).toBe(false)
  })

  test('all of a batch, when one of its events is not plain', () => {
    expect(expectAlike(bodyWith(['other', '{}'], ['lead', '{}']), { schema: ALL_FORMS })).toBe(false)
  })

  test('two fields that look up one key: both have a say', () => {
    const [text, address] = [field('v', 'string'), field('v', 'email')]
    const optional = schemaWith(text, address)
    const mandatory = schemaWith(text, { ...address, optional: false })
    for (const schema of [optional, mandatory]) {
      expect(expectAlike(lead({ v: 'no address' }), { schema })).toBe(false)
      expect(expectAlike(lead({ v: 'ada@example.org' }), { schema })).toBe(true)
    }
    expect([optional, mandatory].map((schema) => expectAlike(lead({}), { schema }))).toEqual([true, false])
  })
})

test.each<[string, readonly Coercion[]]>([
  ['without coercions', []],
  ['with all of them', COERCIONS],
  ['with one', ['phone']],
])('%s the verdicts and the counts are those of the long way, whatever the data', (_, coercions) => {
  const type = ALL_FORMS.types.get('lead')
  if (!type) throw new Error('an event type is lost')
  const fine = fc.record(
    Object.fromEntries(Object.entries(FINE).map(([form, values]) => [form, fc.constantFrom(...values)])),
    { requiredKeys: ['string'] },
  )
  const data = fc.oneof(
    dataOf(type),
    fine.map((some) => ({ must: 'x', ...some })),
  )
  let taken = 0
  const property = fc.property(fc.array(data, { minLength: 1, maxLength: 2 }), (all) => {
    const body = bodyWith(...all.map((one) => ['lead', JSON.stringify(one)] as const))
    taken += expectAlike(body, { schema: ALL_FORMS, coercions }) ? 1 : 0
  })
  fc.assert(property, { numRuns: 1_000 })
  expect(taken).toBeGreaterThan(15)
})

test('a field whose key needs escapes is found by them', () => {
  const schema = schemaWith(field('a"b\\', 'number', { optional: false }), field('é\n', 'string'))
  expect(expectAlike(lead({ 'a"b\\': 1, 'é\n': 'x' }), { schema })).toBe(true)
})

test('a schema that changes is looked at anew, and none lets nothing pass', () => {
  const [scan, glance] = [createBatchScanner(), createGlance(new Set())]
  const taken = (schema: Schema | undefined) => scan(lead({ v: 1 }), glance(schema).types) !== undefined
  const [one, other] = [schemaWith(field('v', 'number')), schemaWith(field('v', 'string'))]
  expect([undefined, one, other, one, undefined, other].map(taken)).toEqual([
    ...[false, true, false, true, false, false],
  ])
})

test('a mark is of one schema and of one set of coercions, and there is none without a schema', () => {
  const [one, other] = [schemaWith(field('v', 'number')), schemaWith(field('v', 'string'))]
  const again = schemaWith(field('v', 'number'))
  const markOf = (schema: Schema | undefined, ...coercions: Coercion[]) =>
    createGlance(new Set(coercions))(schema).mark
  expect(markOf(again)).toBe(markOf(one))
  const marks = [markOf(one), markOf(other), markOf(one, 'phone'), markOf(one, 'phone', 'date')]
  expect(new Set(marks).size).toBe(marks.length)
  expect(markOf(one, 'date', 'phone')).toBe(markOf(one, 'phone', 'date'))
  expect(markOf(undefined)).toBeUndefined()
})

test('what was plain by the glance of the moment is sent as it is; what was so by another is looked into', () => {
  const number = judgeOf(schemaWith(field('v', 'number')))
  const raw = lead({ v: 'text' })
  const types = judgeOf(schemaWith(field('v', 'string'))).glance().types
  const layouts = createBatchScanner()(raw, types)?.layouts
  const plainWith = (judgedBy: number | undefined) =>
    openRecord(encodeRecord({ receivedAt: 1, judgedBy }, raw, layouts)).plainAt(0)
  const isSent = (judgedBy: number | undefined) => {
    const plain = plainWith(judgedBy)
    return plain && number.isSentAsIs(plain)
  }
  const { mark } = number.glance()
  // It is believed: looked at, it would not be sent.
  expect([isSent(mark), isSent(Number(mark) + 1), isSent(undefined)]).toEqual([true, false, false])
  const plain = plainWith(undefined)
  expect(plain && judgeOf(undefined).isSentAsIs(plain)).toBe(false)
})

/** Beside what is fine, what is nearly so. */
const ODD: readonly unknown[] = [
  ...[
    '',
    '12',
    'no',
    '+33',
    '+336123',
    '0612345678',
    'a@b',
    'a@b.c',
    'ada@example',
    '2026-02-30T00:00:00Z',
    '2026-03-14',
  ],
  ...[
    1e21,
    -1,
    2,
    null,
    {},
    [],
    { amount: '1', currency: 'EUR' },
    { amount: 1, currency: 'ZZZ' },
    { country: 'ZZ' },
  ],
]

test('what is plain is what it was when the form of the glance was last raised', () => {
  const scan = createBatchScanner()
  const taken = [[], COERCIONS].flatMap((coercions) => {
    const { types } = createGlance(new Set(coercions))(ALL_FORMS)
    const values = [...Object.values(FINE).flat(), ...ODD]
    const isTaken = (data: object) => (scan(lead({ must: 'x', ...data }), types) ? '1' : '0')
    return Object.keys(FINE).map((form) => values.map((value) => isTaken({ [form]: value })).join(''))
  })
  // Where this fails though nothing here was changed, other events pass than did: raise the form, then the hash.
  const hash = createHash('sha256').update(taken.join()).digest('hex').slice(0, 16)
  expect([GLANCE_FORM, hash]).toEqual([1, '64247b909d7aa682'])
})
