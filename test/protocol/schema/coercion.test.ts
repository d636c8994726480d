import { expect, test } from 'vitest'
import { COERCIONS, coerce } from '../../../packages/protocol/src/schema/coercion.ts'
import { field, typeSchema } from '../../support/schema-facts.ts'

const all = new Set(COERCIONS)
const type = typeSchema(['number', 'phone', 'date', 'currency', 'string'].map((form) => field(form, form)))

test.each<[string, unknown, unknown]>([
  ['number', '12,50', 12.5],
  ['number', ' 12 ', 12],
  ['number', '-1.5', -1.5],
  ['number', '0.125', 0.125],
  ['number', '12.3456', 12.3456],
  ['number', '1 234,5', 1234.5],
  ['number', '1.234,50', 1234.5],
  ['number', '1,234.50', 1234.5],
  ['phone', '06 12 34 56 78', '+33612345678'],
  ['phone', '+33 6 12 34 56 78', '+33612345678'],
  ['date', '2026-03-14', '2026-03-14T00:00:00Z'],
  ['date', '2026-03-14T09:26', '2026-03-14T09:26:00Z'],
  ['date', '2026-03-14 09:26:53.5', '2026-03-14T09:26:53.5Z'],
  ['date', '2026-03-14t09:26:53z', '2026-03-14T09:26:53Z'],
  ['currency', { amount: '12,50', currency: 'EUR' }, { amount: 12.5, currency: 'EUR' }],
])('as a %s, %j becomes %j, and that is told', (form, value, better) => {
  const kind = form === 'currency' ? 'number' : form
  expect(coerce(type, { [form]: value, other: 1 }, all)).toEqual({
    data: { [form]: better, other: 1 },
    done: [{ kind, field: form }],
  })
})

test.each<[string, unknown]>([
  ['number', '12,345'],
  ['number', '12.345'],
  ['number', '-1.234'],
  ['number', '12.345,678'],
  ['number', 'twelve'],
  ['number', ''],
  ['number', 12],
  ['phone', '12345'],
  ['date', '14/03/2026'],
  ['date', '2026-02-30'],
  ['date', '2026-03-14T09:26:53+02:00'],
  ['currency', { amount: 'many', currency: 'EUR' }],
  ['currency', '12,50'],
  ['string', ' 12 '],
])('as a %s, %j stays: it is right, or could mean several things', (form, value) => {
  const data = { [form]: value }
  expect(coerce(type, data, all)).toEqual({ data, done: [] })
  expect(coerce(type, data, all).data).toBe(data)
})

test('what is not allowed is not done', () => {
  const data = { number: '12,50', date: '2026-03-14' }
  expect(coerce(type, data, new Set(['date'])).data).toEqual({
    number: '12,50',
    date: '2026-03-14T00:00:00Z',
  })
})
