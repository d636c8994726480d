import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderOf } from '../../../packages/relay/src/outbox/nonce-order.ts'
import { compareKeys, KEY_BYTES, ROW_BYTES } from '../../../packages/relay/src/outbox/nonce-row.ts'

/** Few bytes to choose from, so that keys begin alike, and are alike, often. */
const key = fc.uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES, max: 1 })

test('orders rows by key, and of rows with one key keeps the last', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(key, fc.constant(new Uint8Array(KEY_BYTES))), { maxLength: 60 }),
      (keys) => {
        const rows = Buffer.alloc(keys.length * ROW_BYTES)
        for (const [row, bytes] of keys.entries()) rows.set(bytes, row * ROW_BYTES)
        const expected = new Map(keys.map((bytes, row) => [Buffer.from(bytes).toString('hex'), row]))
        const sorted = [...expected].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
        const order = [...orderOf(rows, 0, keys.length)]
        expect(order).toEqual(sorted)
        for (const [at, row] of order.slice(1).entries())
          expect(compareKeys(rows, (order[at] ?? 0) * ROW_BYTES, rows, row * ROW_BYTES)).toBeLessThan(0)
      },
    ),
  )
})

test('a part of the rows is ordered by itself', () => {
  const rows = Buffer.alloc(4 * ROW_BYTES)
  for (const [row, first] of [9, 3, 1, 2].entries()) rows[row * ROW_BYTES] = first
  expect([...orderOf(rows, 1, 4)]).toEqual([2, 3, 1])
})
