import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ROW_BYTES, readRow } from '../../../../../packages/relay/src/outbox/lmdb/nonces/row.ts'
import { createNonceTable, hashOf } from '../../../../../packages/relay/src/outbox/lmdb/nonces/table.ts'
import type { NonceKey } from '../../../../../packages/relay/src/outbox/nonce-key.ts'

/** Few keys, so that one is put again and again. */
const keyOf = (n: number): NonceKey => ({ word0: n * 7, word1: -n, word2: 0, word3: n, last: n % 2 })
const KEYS = Array.from({ length: 4 }, (_, n) => keyOf(n))

const step = fc.oneof(
  { weight: 7, arbitrary: fc.record({ do: fc.constant('put' as const), n: fc.nat(KEYS.length - 1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('truncate' as const), n: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), n: fc.constant(0) }) },
)

test('says of each key what was put last, of all rows and of the first ones, as it grows, shrinks and is used again', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, capacity) => {
      const table = createNonceTable(capacity)
      let model: NonceKey[] = []
      for (const [seq, { do: what, n }] of steps.entries()) {
        if (what === 'put') {
          const key = keyOf(n)
          table.put(key, hashOf(key), { fingerprint: 2 ** 40 + n, seq, index: n })
          model.push(key)
        } else if (what === 'clear') {
          table.clear()
          model = []
        } else if (n < model.length) {
          table.truncate(n)
          model = model.slice(0, n)
        }
        expect(table.size()).toBe(model.length)
        for (const among of [model.length, Math.floor(model.length / 2)])
          for (const key of KEYS) {
            const at = table.find({ ...key }, hashOf(key), among)
            const number = model.slice(0, among).findLastIndex((one) => one.word3 === key.word3)
            expect(at).toBe(number < 0 ? -1 : number * ROW_BYTES)
            if (at >= 0) expect(readRow(table.rows(), at).index).toBe(key.word3)
          }
      }
    }),
    { numRuns: 200 },
  )
})

test('finds each of many, whatever bits of its hash are', () => {
  const table = createNonceTable()
  const keys = Array.from({ length: 5_000 }, (_, n) => keyOf(n))
  for (const [seq, key] of keys.entries()) table.put(key, hashOf(key), { fingerprint: 1, seq, index: 0 })
  expect(keys.map((key) => table.find(key, hashOf(key)))).toEqual(keys.map((_, n) => n * ROW_BYTES))
})
