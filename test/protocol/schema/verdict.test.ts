import { describe, expect, test } from 'vitest'
import { verdictOf } from '../../../packages/protocol/src/schema/verdict.ts'
import { field, typeSchema } from '../../support/schema-facts.ts'

type Row = [form: string, level: 'ok' | 'warn' | 'reject', ...values: unknown[]]

const ROWS: Row[] = [
  ['string', 'ok', 'text', ' ', '12,345', 'é'],
  ['string', 'warn', 12, true, 'a\u0000b'],
  ['string', 'reject', ['a'], { a: 1 }],
  ['number', 'ok', 0, -1.5, 1e300],
  ['number', 'warn', '12', '-1.50', true],
  ['number', 'reject', '12,50', 'abc', ' 12', '1e3', Number.POSITIVE_INFINITY, [], {}],
  ['boolean', 'ok', true, false],
  ['boolean', 'warn', 0, 1, '0', 'true'],
  ['boolean', 'reject', 2, 'yes', 'on', 'TRUE', []],
  ['state', 'ok', 0, 1],
  ['state', 'warn', true, false],
  ['state', 'reject', 2, '1', 'true', {}],
  ['email', 'ok', 'ada@example.org', "o'hara+x@a-b.example.co.uk"],
  ['email', 'warn', ' ada@example.org', 'ada@exämple.org', 'a..b@example.org', 'a@127.0.0.1'],
  ['email', 'reject', 'ada', 'ada@example', 'a@b@c.org', 'Ada <ada@example.org>', 'a b@c.org', 'a@b..org', 7],
  ['email', 'reject', `${'a'.repeat(65)}@example.org`, `a@${'b'.repeat(250)}.org`],
  ['phone', 'ok', '+33612345678', '+33 6 12 34 56 78', '0612345678', '06.12.34.56.78'],
  ['phone', 'warn', 'tel. 06 12 34 56 78'],
  ['phone', 'reject', '+3361234', '12345', 'none', 612345678],
  ['date', 'ok', '2026-03-14T09:26:53.589Z', '2026-03-14T09:26:53+02:00'],
  [
    'date',
    'warn',
    '2026-03-14T09:26:53',
    '2026-03-14 09:26:53Z',
    '2026-12-31T23:59:60Z',
    '0001-06-01T00:00:00Z',
  ],
  [
    'date',
    'reject',
    '2026-02-30T00:00:00Z',
    '2026-03-14',
    '14/03/2026',
    1763999990000,
    '2026-03-14T25:00:00Z',
  ],
  ['currency', 'ok', { amount: 12.5, currency: 'EUR' }],
  ['currency', 'warn', 12.5, { amount: 1, currency: 'XQZ' }, { amount: 1, currency: 'EUR', vat: 2 }],
  [
    'currency',
    'reject',
    { amount: '12', currency: 'EUR' },
    { amount: 1 },
    { amount: 1, currency: 'eur' },
    '12 EUR',
  ],
  ['location', 'ok', { zipcode: '75001', country: 'FR' }, { country: 'FR', city: 'Paris' }],
  ['location', 'warn', {}, { city: 'Paris' }, { zipcode: 75001 }, { country: 'F\u0000' }],
  ['location', 'reject', '75001 Paris', ['FR'], 75001],
]

const cases = ROWS.flatMap(([form, level, ...values]) => values.map((value) => [form, level, value] as const))

test.each(cases)('of a %s: %s is said of %j', (form, level, value) => {
  const fields = form === 'state' ? [field('f', 'boolean', { entity: 'state' })] : [field('f', form)]
  const verdict = verdictOf(typeSchema(fields), { f: value })
  const code = level === 'warn' ? 'FIELD_DOUBTFUL' : `FIELD_NOT_${form.toUpperCase()}`
  expect(verdict).toEqual({ level, findings: level === 'ok' ? [] : [{ level, code, field: 'f' }] })
})

describe('a field without a value', () => {
  const type = typeSchema([
    field('must', 'email', { optional: false }),
    field('may', 'number'),
    field('note', 'string'),
  ])
  const must = 'ada@example.org'

  test.each([[{}], [{ must: null }], [{ must: '' }]])('that is mandatory is rejected: %j', (data) => {
    const finding = { level: 'reject', code: 'FIELD_MISSING', field: 'must' }
    expect(verdictOf(type, data)).toEqual({ level: 'reject', findings: [finding] })
  })

  test('that is optional may be left out, and a text be empty', () => {
    expect(verdictOf(type, { must, note: '' }).level).toBe('ok')
  })

  test.each([[{ may: null }], [{ may: '' }], [{ note: null }]])(
    'that is optional is doubtful: %j',
    (data) => {
      expect(verdictOf(type, { must, ...data })).toMatchObject({
        level: 'warn',
        findings: [{ code: 'FIELD_EMPTY' }],
      })
    },
  )

  test('is not found among what every object inherits', () => {
    const inherited = typeSchema([field('toString', 'string', { optional: false })])
    expect(verdictOf(inherited, {}).findings).toMatchObject([{ code: 'FIELD_MISSING' }])
  })
})

test('a key that no field asks for is doubtful: the value would be lost', () => {
  const findings = [{ level: 'warn', code: 'FIELD_UNASKED', field: 'emial' }]
  expect(verdictOf(typeSchema([field('email', 'email')]), { emial: 'a@b.fr' })).toEqual({
    level: 'warn',
    findings,
  })
})

test('a field of a type to come is doubtful whatever it holds', () => {
  expect(verdictOf(typeSchema([field('f', 'colour')]), { f: {} })).toMatchObject({
    ...{ level: 'warn', findings: [{ code: 'FIELD_FORM_UNKNOWN' }] },
  })
})

test('the worst of several findings is the verdict, and all are named', () => {
  const type = typeSchema([
    field('a', 'number'),
    field('b', 'boolean'),
    field('c', 'string', { optional: false }),
  ])
  const { level, findings } = verdictOf(type, { a: '1', b: 'no' })
  expect(level).toBe('reject')
  expect(findings.map(({ code, field }) => `${code} ${field}`)).toEqual([
    ...['FIELD_DOUBTFUL a', 'FIELD_NOT_BOOLEAN b', 'FIELD_MISSING c'],
  ])
})

test('a national phone number is doubtful while nobody knows whose are read', () => {
  const type = { ...typeSchema([field('phone', 'phone')]), countries: [], moreCountries: true }
  expect(verdictOf(type, { phone: '0612345678' }).level).toBe('warn')
  expect(verdictOf(type, { phone: '+3361234' }).level).toBe('reject')
  expect(verdictOf({ ...type, moreCountries: false }, { phone: '0612345678' }).level).toBe('reject')
})
