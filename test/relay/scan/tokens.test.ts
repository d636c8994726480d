import { NONCE_PATTERN, TRACKER_ID_PATTERN } from '@wmkt/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NOT_PLAIN, QUOTE } from '../../../packages/relay/src/scan/text.ts'
import { endOfNonce, endOfTrackerId } from '../../../packages/relay/src/scan/tokens.ts'

describe.each([
  ['a nonce', endOfNonce, NONCE_PATTERN, 64],
  ['a tracker ID', endOfTrackerId, TRACKER_ID_PATTERN, 128],
] as const)('%s', (_, endOf, pattern, longest) => {
  const same = (text: string) => {
    const [token = ''] = text.split('"')
    expect(endOf(Buffer.from(`a"${text}"`), 1)).toBe(pattern.test(token) ? token.length + 3 : NOT_PLAIN)
  }

  test('is by the table what it is by the pattern, of each byte', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      same(String.fromCharCode(byte))
      const isLetter = byte < 128 && pattern.test(`a${String.fromCharCode(byte)}`)
      expect(endOf(Buffer.from([QUOTE, 0x61, byte, QUOTE]), 0)).toBe(
        isLetter ? 4 : byte === QUOTE ? 3 : NOT_PLAIN,
      )
    }
  })

  test('is so of each length', () => {
    for (const length of [0, 1, longest - 1, longest, longest + 1, 1_000]) same('x'.repeat(length))
  })

  test('needs both its quotes', () => {
    for (const text of ['', '"', 'a', 'a"', '"a', '"a,']) expect(endOf(Buffer.from(text), 0)).toBe(NOT_PLAIN)
  })

  test('is so of any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w.~-]*$/)), same))
  })
})
