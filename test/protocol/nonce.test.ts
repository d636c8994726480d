import { makeNonce, NONCE_PATTERN } from '@wmkt/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('carries its time in front: 2026-01-01 in hex', () => {
  expect(makeNonce(Date.UTC(2026, 0, 1), () => 0)).toBe('019b76da-a800-7000-8000-000000000000')
})

test('is a UUIDv7, and a nonce, at any time and by any chance', () => {
  fc.assert(
    fc.property(time, chance, (now, random) => {
      const nonce = makeNonce(now, () => random)
      expect(nonce).toMatch(UUID_V7)
      expect(nonce).toMatch(NONCE_PATTERN)
      expect(Number.parseInt(nonce.replace('-', '').slice(0, 12), 16)).toBe(now)
    }),
  )
})

test('sorts as time does', () => {
  fc.assert(
    fc.property(time, time, chance, (a, b, random) => {
      const [first, second] = [
        makeNonce(Math.min(a, b), () => random),
        makeNonce(Math.max(a, b), () => random),
      ]
      expect(first <= second).toBe(true)
    }),
  )
})

test('is another one each time, in one millisecond too', () => {
  const nonces = new Set(Array.from({ length: 20_000 }, () => makeNonce(1, Math.random)))
  expect(nonces.size).toBe(20_000)
})
