import { expect, test } from 'vitest'
import { isTheirs, type Person } from '../../../packages/relay/src/erase/person.ts'
import { decodeRecord, encodeRecord } from '../../../packages/relay/src/record.ts'
import { findItems, recordWithout } from '../../../packages/relay/src/record-erasure.ts'

const mona: Person = { trackerId: 'tracker-of-mona', email: 'Mona.Lisa@shop.test' }
const event = (data: object, trackerId?: string) => ({
  ...{ kind: 'event', nonce: 'n', eventType: 'lead', data },
  ...(trackerId !== undefined && { trackerId }),
})

test.each<[string, unknown, boolean]>([
  ['her tracker ID', event({}, 'tracker-of-mona'), true],
  ['another tracker ID', event({}, 'tracker-of-leo'), false],
  ['another case of it', event({}, 'Tracker-of-mona'), false],
  ['her address', event({ email: 'mona.lisa@shop.test' }), true],
  ['her address in capitals, with space around', event({ email: ' MONA.LISA@SHOP.TEST\n' }), true],
  ['her address after her name', event({ from: 'Mona Lisa <mona.lisa@shop.test>' }), true],
  ['her address deep within', event({ form: { rows: [{ value: ['mona.lisa@shop.test'] }] } }), true],
  ['her address in an interaction', { kind: 'interaction', userData: { e: 'mona.lisa@shop.test' } }, true],
  ['an address that ends like hers', event({ email: 'not.mona.lisa@shop.test' }), false],
  ['an address that begins like hers', event({ email: 'mona.lisa@shop.test.org' }), false],
  ['a text that names her', event({ note: 'ask mona.lisa@shop.test about it' }), false],
  ['what is no item', 'mona.lisa@shop.test', true],
])('%s', (_what, item, expected) => {
  expect(isTheirs(mona)(item, undefined)).toBe(expected)
})

test('the tracker ID of the batch counts for events without one of their own', () => {
  const theirs = isTheirs({ trackerId: 'tracker-of-mona' })
  expect(theirs(event({}), 'tracker-of-mona')).toBe(true)
  expect(theirs(event({}, 'not one!'), 'tracker-of-mona')).toBe(true)
  expect(theirs(event({}, 'tracker-of-leo'), 'tracker-of-mona')).toBe(false)
  expect(theirs({ kind: 'interaction', userData: {} }, 'tracker-of-mona')).toBe(false)
})

const recordOf = (trackerId: string, ...items: unknown[]) =>
  encodeRecord(
    { receivedAt: 5, sentAt: 4, keyed: true, trackerId },
    Buffer.from(JSON.stringify({ v: 1, items })),
  )

test('a record without somebody has all others in their places, stamped as before', () => {
  const leo = event({ email: 'leo@shop.test' }, 'tracker-of-leo')
  const record = recordOf('tracker-of-mona', event({ name: 'Mona' }), leo, 'mona.lisa@shop.test', event({}))
  const theirs = isTheirs(mona)
  expect(findItems(record, theirs)).toEqual([0, 2, 3])
  const rest = recordWithout(record, [0, 2, 3], mona.trackerId)
  expect(decodeRecord(rest)[1]).toEqual(decodeRecord(record)[1])
  expect(Object.keys(decodeRecord(rest))).toEqual(['1'])
  expect(Buffer.from(rest).toString('latin1').toLowerCase()).not.toContain('mona')
  expect(findItems(rest, theirs)).toEqual([])
})

test('the tracker ID of the batch stays while it counts for somebody', () => {
  const record = recordOf('t-1', event({ email: 'mona.lisa@shop.test' }), event({ name: 'Leo' }))
  expect(decodeRecord(recordWithout(record, [0]))[1]).toMatchObject({ trackerId: 't-1' })
  expect(Buffer.from(recordWithout(record, [0, 1])).includes('t-1')).toBe(false)
})
