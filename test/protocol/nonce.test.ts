import { makeNonce, NONCE_PATTERN } from '@wmkt/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/
/** All times of eleven hex digits: November 2004 to May 2527. */
const time = fc.integer({ min: 0x100_0000_0000, max: 0xfff_ffff_ffff })

test('carries its time in front: 2026-01-01 in hex', () => {
  expect(makeNonce(Date.UTC(2026, 0, 1))).toMatch(/^019b76da-a800-7/)
})

test('is a UUIDv7, and a nonce, at any time', () => {
  fc.assert(
    fc.property(time, (now) => {
      const nonce = makeNonce(now)
      expect(nonce).toMatch(UUID_V7)
      expect(nonce).toMatch(NONCE_PATTERN)
      expect(Number.parseInt(nonce.replace('-', '').slice(0, 12), 16)).toBe(now)
    }),
  )
})

test('sorts as time does', () => {
  fc.assert(
    fc.property(time, time, (a, b) => {
      fc.pre(a < b)
      expect(makeNonce(a) < makeNonce(b)).toBe(true)
    }),
  )
})

test('is another one each time, in one millisecond too', () => {
  const now = Date.now()
  const nonces = new Set(Array.from({ length: 20_000 }, () => makeNonce(now)))
  expect(nonces.size).toBe(20_000)
})

test('uses every digit for its chance', () => {
  const digits = new Set(Array.from({ length: 1_000 }, () => makeNonce(Date.now())[35]))
  expect([...digits].sort().join('')).toBe('0123456789abcdef')
})
