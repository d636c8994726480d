import { NONCE_PATTERN, TRACKER_ID_PATTERN } from '@wmkt/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isNonce, isTrackerId } from '../../../packages/relay/src/scan/tokens.ts'

describe.each([
  ['a nonce', isNonce, NONCE_PATTERN, 64],
  ['a tracker ID', isTrackerId, TRACKER_ID_PATTERN, 128],
] as const)('%s', (_, isToken, pattern, longest) => {
  const same = (text: string) => {
    const around = Buffer.from(`a${text}a`)
    expect(isToken(around, 1, around.length - 1)).toBe(pattern.test(text))
  }

  test('is by the table what it is by the pattern, of each byte', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      same(String.fromCharCode(byte))
      expect(isToken(Buffer.from([0x61, byte]), 0, 2)).toBe(
        byte < 128 && pattern.test(`a${String.fromCharCode(byte)}`),
      )
    }
  })

  test('is so of each length', () => {
    for (const length of [0, 1, longest - 1, longest, longest + 1, 1_000]) same('x'.repeat(length))
  })

  test('is so of any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w.~-]*$/)), same))
  })
})
