import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createNumberMap } from '../../../packages/relay/src/outbox/number-map.ts'

const key = fc.oneof(
  fc.nat(40),
  fc.nat(40).map((seq) => seq * 65_536),
  fc.maxSafeNat(),
)
const change = fc.record({ key, value: fc.maxSafeNat(), remove: fc.boolean() })

test('holds what a Map holds, whatever is put and taken', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 60, maxLength: 200 }), (changes) => {
      const [ours, model] = [createNumberMap(), new Map<number, number>()]
      for (const { key, value, remove } of changes) {
        if (remove) ours.delete(key)
        else ours.set(key, value)
        if (remove) model.delete(key)
        else model.set(key, value)
      }
      expect(ours.size()).toBe(model.size)
      for (const { key } of changes) expect(ours.get(key)).toBe(model.get(key))
    }),
  )
})

test('numbers that come in order and go in order leave it empty', () => {
  const map = createNumberMap()
  for (let n = 0; n < 10_000; n += 1) {
    map.set(n * 65_536, n)
    if (n >= 300) map.delete((n - 300) * 65_536)
  }
  expect(map.size()).toBe(300)
  expect(map.get(9_999 * 65_536)).toBe(9_999)
  expect(map.get(9_699 * 65_536)).toBeUndefined()
})
