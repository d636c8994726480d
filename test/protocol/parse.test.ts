import { MAX_DEPTH, MAX_KEYS } from '@wmkt/protocol'
import { parseBatch, parseItem } from '@wmkt/protocol/parse'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const event = { kind: 'event', nonce: 'n1', eventType: 'lead', data: {} }
const visit = { kind: 'interaction', nonce: 'n1', userData: {}, nodeData: {} }
const nested = (levels: number): object => (levels === 1 ? {} : { in: nested(levels - 1) })

describe('an item', () => {
  test.each([event, visit, { ...event, occurredAt: 1 }, { ...event, occurredAt: '2026-01-01T00:00:00Z' }])(
    'is read as it is: %j',
    (item) => expect(parseItem(item)).toEqual({ ok: true, item, trackerDropped: false }),
  )

  test.each<[string, unknown, string]>([
    ['null', null, 'ITEM_INVALID'],
    ['another kind', { ...event, kind: 'page' }, 'ITEM_INVALID'],
    ['no event type', { ...event, eventType: '' }, 'ITEM_INVALID'],
    ['a list as data', { ...event, data: [] }, 'ITEM_INVALID'],
    ['a nonce with a space', { ...event, nonce: 'a b' }, 'NONCE_INVALID'],
    ['a nonce of 65 characters', { ...event, nonce: 'a'.repeat(65) }, 'NONCE_INVALID'],
    ['a date that is none', { ...event, occurredAt: 'yesterday' }, 'DATE_INVALID'],
    ['the 30th of February', { ...event, occurredAt: '2026-02-30T00:00:00Z' }, 'DATE_INVALID'],
    ['one level too many', { ...event, data: nested(MAX_DEPTH + 1) }, 'TOO_DEEP'],
    ['one key too many', { ...event, data: { list: Array(MAX_KEYS).fill(0) } }, 'TOO_MANY_KEYS'],
    ['a prototype key', { ...event, data: JSON.parse('{"__proto__":1}') }, 'KEY_FORBIDDEN'],
    ['half a surrogate pair', { ...visit, userData: { name: '\ud800' } }, 'TEXT_MALFORMED'],
  ])('%s is refused', (_, item, code) => expect(parseItem(item)).toMatchObject({ ok: false, code }))

  test('keeps all the levels it may have', () => {
    expect(parseItem({ ...event, data: nested(MAX_DEPTH) }).ok).toBe(true)
  })

  test('loses an ill-formed tracker ID and nothing else', () => {
    expect(parseItem({ ...event, trackerId: 'a b' })).toEqual({ ok: true, item: event, trackerDropped: true })
  })

  test('loses members that are unknown', () => {
    expect(parseItem({ ...event, admin: true })).toMatchObject({ item: event })
  })

  test('is refused by its nonce, when it has one', () => {
    expect(parseItem({ nonce: 'n1' })).toMatchObject({ ok: false, nonce: 'n1' })
    expect(parseItem({ nonce: 7 })).toMatchObject({ ok: false, nonce: null })
  })
})

describe('a batch', () => {
  test('is its frame: items stay unparsed', () => {
    expect(parseBatch({ v: 1, items: [null], more: 1 })).toMatchObject({ ok: true, batch: { items: [null] } })
  })
  test.each([{}, { items: [] }, { items: Array(101).fill(0) }, { items: [0], sentAt: 'now' }, [], null])(
    '%j is none',
    (value) => expect(parseBatch(value)).toMatchObject({ ok: false, code: 'BATCH_INVALID' }),
  )
  test('of another version is refused', () => {
    expect(parseBatch({ v: 2, items: [0] })).toMatchObject({ ok: false, code: 'VERSION_UNKNOWN' })
  })
})

test('whatever comes, the parsers answer and never change it', () => {
  const item = fc.record({
    kind: fc.constantFrom('event', 'interaction'),
    nonce: fc.string(),
    data: fc.anything(),
  })
  fc.assert(
    fc.property(fc.oneof(fc.anything(), item, fc.record({ items: fc.array(item) })), (value) => {
      const before = fc.stringify(value)
      for (const result of [parseItem(value), parseBatch(value)]) expect(typeof result.ok).toBe('boolean')
      expect(fc.stringify(value)).toBe(before)
    }),
  )
})
