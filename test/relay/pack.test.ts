import { MAX_ITEMS } from '@wmkt/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_PACKED, openPack, packRecords, placeInPack } from '../../packages/relay/src/pack.ts'
import {
  decodeRecord,
  encodeRecord,
  itemRecordsOf,
  type RecordHead,
} from '../../packages/relay/src/record.ts'
import { findItems, recordWithout } from '../../packages/relay/src/record-erasure.ts'
import { openRecord } from '../../packages/relay/src/record-reader.ts'
import { createBatchScanner } from '../../packages/relay/src/scan/batch.ts'
import { anyType } from '../../packages/relay/src/scan/plain-type.ts'

const scan = createBatchScanner()

/** A record as collect makes it: one that says where its items lie, when they are plain. */
const recordOf = (head: RecordHead, items: readonly unknown[]): Buffer => {
  const body = Buffer.from(JSON.stringify({ items }))
  return encodeRecord(head, body, scan(body, anyType)?.layouts)
}

const trackerId = fc.constantFrom('tracker-of-mona', 'tracker-of-leo')
const nonce = fc.constantFrom('a', 'b', 'c')
const event = fc.record(
  {
    kind: fc.constant('event'),
    nonce,
    eventType: fc.constant('lead'),
    data: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
    occurredAt: fc.integer({ min: 0, max: 2e12 }),
    trackerId,
  },
  { requiredKeys: ['kind', 'nonce', 'eventType', 'data'] },
)
const interaction = fc.record({
  kind: fc.constant('interaction'),
  nonce,
  userData: fc.constantFrom({ email: 'mona@shop.test' }, {}),
  nodeData: fc.constant({}),
})
/** Rejected ones lie in a record as they came. */
const rejected = fc.constantFrom<unknown[]>({}, null, { nonce: 'a' }, 'mona')
const items = fc.array(
  fc.oneof({ weight: 6, arbitrary: event }, { weight: 2, arbitrary: interaction }, rejected),
  {
    minLength: 1,
    maxLength: 4,
  },
)
const head = fc.record<RecordHead>(
  {
    receivedAt: fc.integer({ min: 0, max: 4e12 }),
    sentAt: fc.integer({ min: 0, max: 4e12 }),
    trackerId,
    keyed: fc.boolean(),
  },
  { requiredKeys: ['receivedAt'] },
)
const records = fc
  .array(fc.tuple(head, items), { minLength: 2, maxLength: 4 })
  .map((batches) => batches.map(([noted, all]) => recordOf(noted, all)))

const isOfMona = (item: unknown, ofBatch: string | undefined): boolean =>
  JSON.stringify([item, ofBatch]).includes('mona')
/** Every place in a record of these generators, and one more. */
const PLACES = [0, 1, 2, 3, 4]

describe('a pack', () => {
  test('is opened place by place as its records are', () => {
    fc.assert(
      fc.property(records, (parts) => {
        const { itemAt } = openRecord(packRecords(parts))
        const all = decodeRecord(packRecords(parts))
        for (const [part, record] of parts.entries())
          for (const index of PLACES) {
            const item = openRecord(record).itemAt(index)
            expect(itemAt(placeInPack(part, index))).toEqual(item)
            expect(all[placeInPack(part, index)]).toEqual(item)
            expect(decodeRecord(record)[index]).toEqual(item)
          }
        expect(itemAt(placeInPack(parts.length, 0))).toBeUndefined()
        expect(Object.keys(all)).toHaveLength(parts.flatMap((part) => Object.keys(decodeRecord(part))).length)
      }),
    )
  })

  test('has single items cut out of it as its records have', () => {
    fc.assert(
      fc.property(records, (parts) => {
        const cut = itemRecordsOf(packRecords(parts))
        for (const [part, record] of parts.entries())
          for (const index of PLACES) {
            const place = placeInPack(part, index)
            if (decodeRecord(record)[index]) expect(cut(place)).toEqual(itemRecordsOf(record)(index))
            else expect(() => cut(place)).toThrow('without an item')
          }
        expect(() => cut(placeInPack(parts.length, 0))).toThrow('without an item')
      }),
    )
  })

  test('has somebody found in it, and taken out, as its records have', () => {
    fc.assert(
      fc.property(records, fc.boolean(), (parts, named) => {
        const pack = packRecords(parts)
        const found = findItems(pack, isOfMona)
        const foundInEach = parts.map((record) => findItems(record, isOfMona))
        expect(found).toEqual(
          foundInEach.flatMap((indexes, part) => indexes.map((index) => placeInPack(part, index))),
        )
        const tracker = named ? 'tracker-of-mona' : undefined
        const without = recordWithout(pack, found, tracker)
        const each = parts.map((record, part) => recordWithout(record, foundInEach[part] ?? [], tracker))
        expect(Buffer.compare(without, packRecords(each))).toBe(0)
      }),
    )
  })

  test('loses what is taken out of it and nothing else, and its places stay', () => {
    const part = (name: string) =>
      recordOf({ receivedAt: 5, trackerId: `tracker-of-${name}` }, [
        { kind: 'event', nonce: 'n', eventType: 'lead', data: { name } },
        { kind: 'event', nonce: 'm', eventType: 'lead', data: {}, trackerId: 'another' },
      ])
    const pack = packRecords([part('leo'), part('mona'), part('lisa')])
    const without = recordWithout(pack, findItems(pack, isOfMona), 'tracker-of-mona')
    expect(Buffer.from(without).includes('mona')).toBe(false)
    const [before, after] = [decodeRecord(pack), decodeRecord(without)]
    const gone = [placeInPack(1, 0), placeInPack(1, 1)]
    for (const place of [0, 1, ...gone, placeInPack(2, 0), placeInPack(2, 1)])
      expect(after[place]).toEqual(gone.includes(place) ? undefined : before[place])
  })

  test('of one record is that record', () => {
    const record = recordOf({ receivedAt: 1 }, [{}])
    expect(packRecords([record])).toBe(record)
  })

  test('gives each of its records back, byte for byte, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 2 }),
        fc.nat(9),
        (parts, before) => {
          const pack = packRecords(parts)
          const within = Buffer.concat([Buffer.alloc(before, 3), pack]).subarray(before)
          expect(openPack(within).parts.map((part) => [...part])).toEqual(parts.map((part) => [...part]))
        },
      ),
    )
  })

  test('has its places in 16 bits, each for itself', () => {
    const { partOf, indexOf, placeOf } = openPack(
      Buffer.from(packRecords([Buffer.alloc(1), Buffer.alloc(1)])),
    )
    const seen = new Set<number>()
    const lost: number[] = []
    for (let part = 0; part < MAX_PACKED; part += 1)
      for (let index = 0; index < MAX_ITEMS; index += 1) {
        const place = placeInPack(part, index)
        seen.add(place)
        if (partOf(place) !== part || indexOf(place) !== index || placeOf(part, index) !== place)
          lost.push(place)
      }
    expect(lost).toEqual([])
    expect(seen.size).toBe(MAX_PACKED * MAX_ITEMS)
    expect(Math.max(...seen)).toBeLessThan(65_536)
  })

  test('takes as many records as one may', () => {
    const record = (nonce: string) =>
      recordOf({ receivedAt: 1 }, [{ kind: 'event', nonce, eventType: 'e', data: {} }])
    const pack = packRecords(Array.from({ length: MAX_PACKED }, (_, n) => record(`n${n}`)))
    expect(openRecord(pack).itemAt(placeInPack(MAX_PACKED - 1, 0))?.nonce).toBe(`n${MAX_PACKED - 1}`)
  })
})

describe('what is no pack', () => {
  const parts = ['one', 'two'].map((nonce) =>
    recordOf({ receivedAt: 1 }, [{ kind: 'event', nonce, eventType: 'e', data: {} }]),
  )
  const pack = Buffer.from(packRecords(parts))
  const readers = [decodeRecord, openRecord, itemRecordsOf, (bytes: Buffer) => findItems(bytes, () => true)]

  test('a pack that is cut off, wherever', () => {
    for (let length = 1; length < pack.length; length += 1)
      for (const read of readers) expect(() => read(pack.subarray(0, length))).toThrow()
  })

  test('a pack in a pack', () => {
    const nested = Buffer.from(packRecords([pack, ...parts]))
    expect(() => decodeRecord(nested)).toThrow('unknown form')
    expect(() => openRecord(nested).itemAt(0)).toThrow('unknown form')
    expect(openRecord(nested).itemAt(placeInPack(1, 0))?.nonce).toBe('one')
  })

  test('a record by itself has the places of its items, and no others', () => {
    const [record = Buffer.alloc(0)] = parts
    const { parts: own, partOf, indexOf, placeOf } = openPack(record)
    expect([own, partOf(200), indexOf(200), placeOf(0, 200)]).toEqual([[record], 0, 200, 200])
    expect(openRecord(record).itemAt(placeInPack(1, 0))).toBeUndefined()
  })
})
