import { backoffMs } from '@wmkt/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const policy = { baseMs: 1_000, capMs: 300_000 }
const ALMOST_ONE = 1 - Number.EPSILON

test.each([
  [1, 999],
  [2, 1_999],
  [3, 3_999],
  [9, 255_999],
  [10, 299_999],
  [5_000, 299_999],
])('before attempt %i more there are at most %i ms', (attempt, mostMs) => {
  expect(backoffMs(attempt, policy, () => ALMOST_ONE)).toBe(mostMs)
  expect(backoffMs(attempt, policy, () => 0)).toBe(0)
})

test('the wait is a whole number, spread over all of the bound, and never beyond the cap', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), chance, (attempt, random) => {
      const waitMs = backoffMs(attempt, policy, () => random)
      const bound = Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1))
      expect(Number.isInteger(waitMs)).toBe(true)
      expect(waitMs).toBe(Math.floor(random * bound))
      expect(waitMs).toBeLessThan(policy.capMs)
    }),
  )
})
