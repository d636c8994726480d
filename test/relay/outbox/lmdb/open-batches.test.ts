import { expect, test } from 'vitest'
import { encodeBatch } from '../../../../packages/relay/src/outbox/lmdb/batch-record.ts'
import { createOpenBatches } from '../../../../packages/relay/src/outbox/lmdb/open-batches.ts'
import type { Table } from '../../../../packages/relay/src/outbox/lmdb/store.ts'

const make = () => {
  let read = 0
  const bytes = encodeBatch(
    { receivedAt: 1, group: 1, entries: [], slots: [] },
    Buffer.from('record'),
    Buffer.alloc,
  )
  const table = {
    getBinary(key: Buffer) {
      read += 1
      return key.readUIntBE(0, 6) < 1_000 ? Buffer.from(bytes) : undefined
    },
  } as Partial<Table> as Table
  return { batches: createOpenBatches(table), read: () => read }
}

test('a batch is read once for all its entries at hand, however many other batches are', () => {
  const { batches, read } = make()
  for (let turn = 0; turn < 3; turn += 1) for (let seq = 0; seq < 100; seq += 1) batches.take(seq)
  expect(read()).toBe(100)
  expect(batches.take(7)).toBe(batches.take(7))
})

test('it goes with the last of them, and is read anew for the next', () => {
  const { batches, read } = make()
  const first = batches.take(1)
  batches.take(1)
  batches.take(2)
  batches.leave(1)
  expect(batches.take(1)).toBe(first)
  for (let left = 2; left > 0; left -= 1) batches.leave(1)
  expect(batches.take(1)).not.toBe(first)
  expect(read()).toBe(3)
})

test('once it may have changed on disk, who takes it next has it read anew; what leaves late does no harm', () => {
  const { batches, read } = make()
  const first = batches.take(1)
  batches.forget()
  expect(batches.take(1)).not.toBe(first)
  batches.leave(1)
  batches.leave(1)
  batches.take(1)
  expect(read()).toBe(3)
})

test('a batch that is not there is said to be so, each time', () => {
  const { batches } = make()
  for (let times = 2; times > 0; times -= 1) expect(() => batches.take(1_000)).toThrow('held and not there')
})
