import type { JsonObject } from '@wmkt/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeRecord,
  encodeRecord,
  itemRecordsOf,
  type RecordHead,
} from '../../packages/relay/src/record.ts'
import { openRecord } from '../../packages/relay/src/record-reader.ts'
import { dateOf } from '../../packages/relay/src/stamp/date.ts'

const NOW = Date.UTC(2026, 2, 1)
const body = (value: object): Buffer => Buffer.from(JSON.stringify(value))
const event = (nonce: string, more: object = {}) => ({
  kind: 'event',
  nonce,
  eventType: 'lead',
  data: {},
  ...more,
})

test('what goes in comes out, stamped by what was noted at the receipt', () => {
  const trackerId = fc.stringMatching(/^[A-Za-z0-9._~-]{1,128}$/)
  const head = fc.record<RecordHead>(
    {
      receivedAt: fc.integer({ min: 0, max: 4e12 }),
      sentAt: fc.double({ noNaN: true }),
      trackerId,
      keyed: fc.boolean(),
      judgedBy: fc.nat({ max: 2 ** 48 - 1 }),
    },
    { requiredKeys: ['receivedAt'] },
  )
  const item = fc.record(
    {
      occurredAt: fc.integer({ min: 0, max: 4e12 }),
      own: trackerId,
      data: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ unit: 'grapheme' })),
    },
    { requiredKeys: ['data'] },
  )
  fc.assert(
    fc.property(head, fc.array(item, { minLength: 1, maxLength: 5 }), (noted, items) => {
      const batch = items.map(({ occurredAt, own, data }, i) =>
        event(`n${i}`, {
          data,
          ...(occurredAt !== undefined && { occurredAt }),
          ...(own && { trackerId: own }),
        }),
      )
      const read = decodeRecord(encodeRecord(noted, body({ items: batch })))
      expect(read).toEqual(
        items.map(({ occurredAt, own, data }, i) => {
          const known = own ?? noted.trackerId
          return {
            ...event(`n${i}`, { data }),
            ...(occurredAt !== undefined && { occurredAt }),
            ...(known !== undefined && { trackerId: known }),
            ...dateOf(occurredAt, noted),
          }
        }),
      )
    }),
  )
})

test('the places of items that were rejected stay empty', () => {
  const read = decodeRecord(encodeRecord({ receivedAt: NOW }, body({ items: [{}, event('n1')] })))
  expect([read.length, read[0], read[1]?.nonce]).toEqual([2, undefined, 'n1'])
})

test('an item cut out of a record is stamped as it was in it, and brings nothing else along', () => {
  const noted = { receivedAt: NOW, sentAt: NOW - 90_000, trackerId: 'abc', keyed: true }
  const values = [
    event('n0', { trackerId: 'own', occurredAt: NOW - 100_000 }),
    { nonce: 'rejected' },
    event('n2', { data: { text: 'é\u0000\u2028"' }, unknown: 'x'.repeat(9_000) }),
    { kind: 'interaction', nonce: 'n3', userData: { email: 'a@b.c' }, nodeData: { cid: '1' } },
  ]
  const record = encodeRecord(noted, body({ v: 1, sentAt: 1, items: values }))
  const items = decodeRecord(record)
  const cut = itemRecordsOf(record)
  for (const index of [0, 2, 3]) {
    const own = cut(index)
    expect(decodeRecord(own.record)).toEqual([items[index]])
    expect([own.index, own.record.length < 250]).toEqual([0, true])
    expect(itemRecordsOf(own.record)(own.index)).toEqual(own)
  }
  expect(() => cut(1)).toThrow('without an item 1')
  expect(() => cut(4)).toThrow('without an item 4')
})

test('an interaction takes no tracker ID', () => {
  const visit: JsonObject = { kind: 'interaction', nonce: 'n', userData: {}, nodeData: {} }
  const [read] = decodeRecord(encodeRecord({ receivedAt: NOW, trackerId: 'abc' }, body({ items: [visit] })))
  expect(read).toEqual({ ...visit, ...dateOf(undefined, { receivedAt: NOW }) })
})

test.each<[string, Uint8Array]>([
  ['nothing', new Uint8Array()],
  ['another form', new Uint8Array(40)],
  ['a head that is cut off', encodeRecord({ receivedAt: NOW }, Buffer.alloc(0)).subarray(0, 12)],
  ['a head without a body', encodeRecord({ receivedAt: NOW }, Buffer.alloc(0))],
  ['a body that is no batch', encodeRecord({ receivedAt: NOW }, body({ items: {} }))],
  [
    'a body that is cut off',
    encodeRecord({ receivedAt: NOW }, body({ items: [event('n')] })).subarray(0, -2),
  ],
])('%s is no record', (_, bytes) => {
  expect(() => decodeRecord(bytes)).toThrow()
  expect(() => itemRecordsOf(bytes)(0)).toThrow()
})

test('a record of before, which says where its items begin and no more, is read', () => {
  const raw = body({ items: [event('n1'), event('n2')] })
  const record = encodeRecord({ receivedAt: NOW }, raw)
  const starts = Buffer.alloc(1 + 4 * 3)
  starts[0] = 3
  const before = Buffer.concat([record.subarray(0, record.length - raw.length), starts, raw])
  before[1] = (before[1] ?? 0) | 4
  expect(decodeRecord(before)).toEqual(decodeRecord(record))
  const { itemAt, plainAt } = openRecord(before)
  expect([itemAt(1), plainAt(1)]).toEqual([decodeRecord(record)[1], undefined])
})
