import { MAX_ITEM_BYTES } from '@wmkt/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRequests } from '../../../packages/relay/src/forward/request.ts'
import { packRecords, placeInPack } from '../../../packages/relay/src/pack.ts'
import { encodeRecord } from '../../../packages/relay/src/record.ts'
import { openRecord } from '../../../packages/relay/src/record-reader.ts'
import { createBatchScanner } from '../../../packages/relay/src/scan/batch.ts'
import { anyType } from '../../../packages/relay/src/scan/plain-type.ts'
import { bodyText, eventMembers, likelyData, type Member, written } from '../scan/bodies.ts'
import { expectSameRequest } from './same-request.ts'

const requests = createRequests('demo-shop')
const scan = createBatchScanner()
const RECEIVED_AT = 1_764_000_000_000

const NEEDED = ['kind', 'nonce', 'eventType', 'data'] as const
const OPTIONAL = ['occurredAt', 'trackerId'] as const

/** Its members in any order in which its data come after its type, with and without those that need not be there. */
const anyEvent = (data: fc.Arbitrary<string>) =>
  fc.tuple(eventMembers(data), fc.shuffledSubarray([...OPTIONAL])).chain(([members, optional]) =>
    fc
      .shuffledSubarray([...NEEDED, ...optional], { minLength: NEEDED.length + optional.length })
      .filter((names) => names.indexOf('eventType') < names.indexOf('data'))
      .map((names) => written(names.map((name): Member => [`"${name}"`, members[name]]))),
  )

const recordOf = (raw: Buffer, trackerId?: string) => {
  const found = scan(raw, anyType)
  const head = { receivedAt: RECEIVED_AT, sentAt: RECEIVED_AT, ...(trackerId && { trackerId }) }
  return found && { record: encodeRecord(head, raw, found.layouts), events: found.events.length }
}

test('a plain event is sent unparsed, and as if it had been parsed', () => {
  const batch = fc.tuple(
    fc.array(anyEvent(likelyData), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(undefined, 'of-the-batch'),
  )
  let sent = 0
  fc.assert(
    fc.property(fc.array(batch, { minLength: 1, maxLength: 3 }), (batches) => {
      const records = batches.flatMap(
        ([items, trackerId]) => recordOf(Buffer.from(bodyText(items)), trackerId) ?? [],
      )
      if (records.length === 0) return
      const { itemAt, plainAt } = openRecord(packRecords(records.map(({ record }) => record)))
      for (const [part, { events }] of records.entries())
        for (let index = 0; index < events; index += 1) {
          const place = records.length === 1 ? index : placeInPack(part, index)
          const [item, plain] = [itemAt(place), plainAt(place)]
          if (!item || !plain) throw new Error('a plain event was not found')
          expectSameRequest(requests.deliverPlain(plain), requests.deliver(item))
          sent += 1
        }
    }),
    { numRuns: 1_000 },
  )
  expect(sent).toBeGreaterThan(1_000)
})

test('an item is parsed when nobody noted where it lies, and none is found where there is none', () => {
  const raw = Buffer.from(bodyText(['{"kind":"event","nonce":"n","eventType":"lead","data":{}}']))
  const head = { receivedAt: RECEIVED_AT }
  expect(openRecord(encodeRecord(head, raw)).plainAt(0)).toBeUndefined()
  const { plainAt, itemAt } = openRecord(encodeRecord(head, raw, scan(raw, anyType)?.layouts))
  expect([plainAt(0)?.layout.from, plainAt(1), itemAt(1)]).toEqual([
    raw.indexOf('[') + 1,
    undefined,
    undefined,
  ])
})

test('of a record that is cut off, wherever, nothing is sent but what lies whole in it', () => {
  const events = ['a', 'b'].map(
    (nonce) => `{"occurredAt":1,"kind":"event","nonce":"${nonce}","eventType":"lead","data":{}}`,
  )
  const record = recordOf(Buffer.from(bodyText(events)))?.record
  if (!record) throw new Error('it was not read at a glance')
  const bodyOf = (bytes: Buffer, index: number) => {
    try {
      const plain = openRecord(bytes).plainAt(index)
      return plain && String(requests.deliverPlain(plain).body)
    } catch {
      return undefined
    }
  }
  const whole = [0, 1].map((index) => bodyOf(record, index))
  expect(whole).not.toContain(undefined)
  for (let length = 0; length < record.length; length += 1)
    for (const index of [0, 1])
      expect([undefined, whole[index]]).toContain(bodyOf(record.subarray(0, length), index))
})

test('the longest body that is read at a glance has its places noted to the end', () => {
  const eventWith = (filling: number) =>
    `{"eventType":"lead","nonce":"n","data":{"a":"${'x'.repeat(filling)}"},"occurredAt":${RECEIVED_AT},"kind":"event"}`
  const bodyWith = (filling: number) => Buffer.from(bodyText([eventWith(filling)], []))
  const raw = bodyWith(MAX_ITEM_BYTES - bodyWith(0).length)
  expect(raw).toHaveLength(MAX_ITEM_BYTES)
  const record = recordOf(raw)?.record
  if (!record) throw new Error('it was not read at a glance')
  const { itemAt, plainAt } = openRecord(record)
  const [item, plain] = [itemAt(0), plainAt(0)]
  if (!item || !plain) throw new Error('a plain event was not found')
  expectSameRequest(requests.deliverPlain(plain), requests.deliver(item))
})
