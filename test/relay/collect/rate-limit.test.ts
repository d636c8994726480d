import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRateLimit } from '../../../packages/relay/src/collect/rate-limit.ts'

const MINUTE_MS = 60_000

test('a full bucket of a minute may be spent at once, and then no more', () => {
  const limit = createRateLimit(60)
  limit.charge('a', 59, 0)
  expect(limit.emptyForMs('a', 0)).toBe(0)
  limit.charge('a', 1, 0)
  expect(limit.emptyForMs('a', 0)).toBe(1_000)
  expect(limit.emptyForMs('b', 0)).toBe(0)
})

test('it is refilled at a steady pace', () => {
  const limit = createRateLimit(60)
  limit.charge('a', 60, 0)
  expect(limit.emptyForMs('a', 999)).toBe(1)
  expect(limit.emptyForMs('a', 1_000)).toBe(0)
})

test('a batch that overdraws it is waited for in full', () => {
  const limit = createRateLimit(60)
  limit.charge('a', 160, 0)
  expect(limit.emptyForMs('a', 0)).toBe(101_000)
})

test('0 is no limit, and remembers nobody', () => {
  const limit = createRateLimit(0)
  limit.charge('a', 1e9, 0)
  expect([limit.emptyForMs('a', 0), limit.size()]).toEqual([0, 0])
})

test('who obeys gets through as much as the limit in the long run, and not more', () => {
  const bites = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 5_000 })), {
    minLength: 50,
    maxLength: 300,
  })
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 10_000 }), bites, (perMinute, all) => {
      const limit = createRateLimit(perMinute)
      let [now, taken] = [0, 0]
      for (const [items, pauseMs] of all) {
        now += pauseMs + limit.emptyForMs('a', now + pauseMs)
        expect(limit.emptyForMs('a', now)).toBe(0)
        limit.charge('a', items, now)
        taken += items
      }
      // A bucket to begin with, one batch of overdraft, the rest at the pace.
      expect(taken).toBeLessThanOrEqual(perMinute + 100 + (now / MINUTE_MS) * perMinute)
    }),
    { numRuns: 500 },
  )
})

test('many addresses are bounded in number: the longest unseen is forgotten first', () => {
  const limit = createRateLimit(60, 1_000)
  for (let i = 0; i < 100_000; i += 1) limit.charge(`address-${i}`, 60, 0)
  expect(limit.size()).toBeLessThanOrEqual(1_000)
  expect(limit.emptyForMs('address-99999', 0)).toBeGreaterThan(0)
  expect(limit.emptyForMs('address-0', 0)).toBe(0)
})

test('who keeps being charged is not forgotten for those who came once', () => {
  const limit = createRateLimit(60, 10)
  for (let i = 0; i < 100; i += 1) {
    limit.charge('loud', 60, 0)
    limit.charge(`once-${i}`, 1, 0)
  }
  expect(limit.emptyForMs('loud', 0)).toBeGreaterThan(0)
})

test('those whose buckets are full again go all at once when room is needed', () => {
  const limit = createRateLimit(60, 100)
  for (let i = 0; i < 100; i += 1) limit.charge(`old-${i}`, 1, 0)
  limit.charge('new', 1, MINUTE_MS)
  expect(limit.size()).toBe(1)
})
