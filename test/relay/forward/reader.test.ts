import { expect, test } from 'vitest'
import { createReader } from '../../../packages/relay/src/forward/reader.ts'
import type { LeasedEntry } from '../../../packages/relay/src/outbox/outbox.ts'
import type { OpenRecord } from '../../../packages/relay/src/record-reader.ts'
import { KeyMissing } from '../../../packages/relay/src/seal/seal.ts'
import { event } from './rig.ts'

const entryOf = (record: Uint8Array, index: number, lane = 'event:purchase'): LeasedEntry => ({
  ...{ ref: { lane, seq: 1, index }, kind: 'event', nonce: `n${index}`, lane, index, record },
  ...{ attempts: 0, triedMs: 0, attempting: false },
})

const make = () => {
  let isThere = true
  let opened = 0
  const open: OpenRecord = () => {
    if (!isThere) throw new KeyMissing('0a0b0c0d')
    opened += 1
    return {
      itemAt: (place) => event(`n${place}`),
      plainAt: () => undefined,
      isReadable: () => isThere,
    }
  }
  const turn = (there: boolean) => {
    isThere = there
  }
  return { reader: createReader(open), opened: () => opened, turn }
}

test('a record is opened once, whatever lanes its entries are in and however many records are read meanwhile', () => {
  const { reader, opened } = make()
  const records = Array.from({ length: 100 }, (_, at) => Buffer.from([at]))
  for (let index = 0; index < 5; index += 1)
    for (const record of records)
      expect(reader.itemOf(entryOf(record, index, `event:${index}`))).toMatchObject({ nonce: `n${index}` })
  expect(opened()).toBe(100)
})

test('what was opened with a key that was shredded since is not read on with, until the key is back', () => {
  const { reader, turn } = make()
  const record = Buffer.from([1])
  expect(reader.itemOf(entryOf(record, 0))).toMatchObject({ nonce: 'n0' })
  turn(false)
  expect(reader.itemOf(entryOf(record, 1))).toMatchObject({ type: 'bury', code: 'KEY_MISSING' })
  turn(true)
  expect(reader.itemOf(entryOf(record, 2))).toMatchObject({ nonce: 'n2' })
})
