import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRequests } from '../../../packages/relay/src/forward/request.ts'
import { packRecords, placeInPack } from '../../../packages/relay/src/pack.ts'
import { encodeRecord } from '../../../packages/relay/src/record.ts'
import { openRecord } from '../../../packages/relay/src/record-reader.ts'
import { createBatchScanner } from '../../../packages/relay/src/scan/batch.ts'
import { anyType } from '../../../packages/relay/src/scan/plain-type.ts'
import { bodyText, eventMembers, likelyData, type Member, written } from '../scan/bodies.ts'

const requests = createRequests('demo-shop')
const scan = createBatchScanner()
const RECEIVED_AT = 1_764_000_000_000

/** As tags write it: data last, before them all else in any order, and not all of it. */
const taggedEvent = (data: fc.Arbitrary<string>) =>
  fc
    .tuple(eventMembers(data), fc.shuffledSubarray(['occurredAt', 'trackerId'] as const), fc.boolean())
    .map(([{ data, ...rest }, optional, isOptionalFirst]) => {
      const asked = ['kind', 'nonce', 'eventType'] as const
      const names = isOptionalFirst ? [...optional, ...asked] : [...asked, ...optional]
      const members: Member[] = names.map((name) => [`"${name}"`, rest[name]])
      return written([...members, ['"data"', data]])
    })

const recordOf = (raw: Buffer, trackerId?: string) => {
  const found = scan(raw, anyType)
  const head = { receivedAt: RECEIVED_AT, sentAt: RECEIVED_AT, ...(trackerId && { trackerId }) }
  return found && { record: encodeRecord(head, raw, found.starts), events: found.events.length }
}

test('an event as a tag writes it is sent unparsed, and as if it had been parsed', () => {
  const batch = fc.tuple(
    fc.array(taggedEvent(likelyData), { minLength: 1, maxLength: 3 }),
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
          const { body, ...request } = requests.deliverPlain(plain)
          expect({ ...request, body: String(body) }).toEqual(requests.deliver(item))
          sent += 1
        }
    }),
    { numRuns: 1_000 },
  )
  expect(sent).toBeGreaterThan(1_000)
})

const TAGGED = '{"kind":"event","nonce":"n","eventType":"lead","data":{}}'

test.each<[string, string]>([
  ['data are not its last member', '{"kind":"event","nonce":"n","data":{},"eventType":"lead"}'],
  ['it has no data', '{"kind":"event","nonce":"n","eventType":"lead"}'],
  ['it has no nonce', '{"kind":"event","eventType":"lead","data":{}}'],
  ['it has a member that nobody knows', '{"kind":"event","nonce":"n","eventType":"lead","more":1,"data":{}}'],
  ['it is of another kind', '{"kind":"interaction","nonce":"n","eventType":"lead","data":{}}'],
])('an item is parsed when %s', (_, text) => {
  const raw = Buffer.from(bodyText([TAGGED, text]))
  const from = raw.indexOf('[') + 1
  const starts = [from, from + TAGGED.length + 1, from + TAGGED.length + text.length + 2]
  const { plainAt } = openRecord(encodeRecord({ receivedAt: RECEIVED_AT }, raw, starts))
  expect(plainAt(0)).toBeDefined()
  expect(plainAt(1)).toBeUndefined()
  expect(plainAt(2)).toBeUndefined()
})

test('an item is parsed when nobody noted where it begins', () => {
  const { plainAt } = openRecord(encodeRecord({ receivedAt: RECEIVED_AT }, Buffer.from(bodyText([TAGGED]))))
  expect(plainAt(0)).toBeUndefined()
})
