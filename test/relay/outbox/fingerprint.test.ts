import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  fingerprintFrom,
  fingerprintText,
  mixedWith,
  readFingerprint,
  writeFingerprint,
} from '../../../packages/relay/src/outbox/fingerprint.ts'

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const fingerprint = fc.tuple(int32, int32).map(([high, low]) => fingerprintFrom(high, low))

test('comes back from 8 bytes as it was', () => {
  const bytes = Buffer.alloc(12, 0xff)
  fc.assert(
    fc.property(fingerprint, (one) => {
      writeFingerprint(bytes, 3, one)
      expect(readFingerprint(bytes, 3)).toBe(one)
      expect([...bytes.subarray(0, 3), bytes[11]]).toEqual([255, 255, 255, 255])
    }),
  )
})

test('what a mask makes of two tells them apart as they were, and of it comes the first again', () => {
  fc.assert(
    fc.property(fingerprint, fingerprint, int32, int32, (one, other, high, low) => {
      const masked = mixedWith(one, high, low)
      expect(Number.isSafeInteger(masked)).toBe(true)
      expect(masked === mixedWith(other, high, low)).toBe(one === other)
      expect(mixedWith(masked, high, low)).toBe(one)
      expect(fingerprintText(one) === fingerprintText(other)).toBe(one === other)
    }),
  )
})
