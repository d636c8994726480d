import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderOf } from '../../../../../packages/relay/src/outbox/lmdb/nonces/order.ts'
import { compareKeys, ROW_BYTES, rowsOver } from '../../../../../packages/relay/src/outbox/lmdb/nonces/row.ts'
import { KEY_BYTES } from '../../../../../packages/relay/src/outbox/nonce-key.ts'
import { createSeeded, wholeIn } from '../../../../support/seeded.ts'

/** Few bytes to choose from, so that keys begin alike, and are alike, often. */
const key = fc.uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES, max: 1 })

const rowsOf = (keys: readonly Uint8Array[]) => {
  const bytes = Buffer.alloc(keys.length * ROW_BYTES)
  for (const [row, key] of keys.entries()) bytes.set(key, row * ROW_BYTES)
  return rowsOver(bytes)
}

test('orders rows by key, and of rows with one key keeps the last', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(key, fc.constant(new Uint8Array(KEY_BYTES))), { maxLength: 60 }),
      (keys) => {
        const rows = rowsOf(keys)
        const expected = new Map(keys.map((bytes, row) => [Buffer.from(bytes).toString('hex'), row]))
        const sorted = [...expected].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
        const order = [...orderOf(rows)]
        expect(order).toEqual(sorted)
        for (const [at, row] of order.slice(1).entries())
          expect(compareKeys(rows, (order[at] ?? 0) * ROW_BYTES, rows, row * ROW_BYTES)).toBeLessThan(0)
      },
    ),
  )
})

test('many that begin alike, or with nothing in common, are ordered too', () => {
  const seeded = createSeeded(5)
  const keys = Array.from({ length: 3_000 }, (_, row) => {
    const bytes = Buffer.from(Array.from({ length: KEY_BYTES }, () => wholeIn(seeded, 0, 255)))
    return row % 3 === 0 ? bytes : bytes.fill(7, 0, row % 3 === 1 ? 8 : 5)
  })
  const rows = rowsOf(keys)
  const sorted = [...keys.keys()].sort((a, b) => Buffer.compare(keys[a] as Buffer, keys[b] as Buffer))
  expect([...orderOf(rows)]).toEqual(sorted)
})
