import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOver } from '../../../packages/relay/src/scan/body.ts'
import { endOfBareText, endOfText, NOT_PLAIN } from '../../../packages/relay/src/scan/text.ts'

/** The same byte by byte. */
const endByEach = (bytes: Uint8Array, from: number, escapes: string): number => {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === 0x22) return at
    if (byte < 0x20) return NOT_PLAIN
    if (byte !== 0x5c) continue
    at += 1
    if (at === bytes.length || !escapes.includes(String.fromCharCode(bytes[at] ?? 0))) return NOT_PLAIN
  }
  return NOT_PLAIN
}

/** Mostly of what matters: quotes, backslashes, controls, and what differs from them by a bit. */
const byte = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x61, max: 0x7a }) },
  fc.constantFrom(0x22, 0x22, 0x5c, 0x1f, 0x20, 0x00, 0x0a),
  fc.constantFrom(0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xa2, 0xdc, 0xff, 0xa0, 0x9f, 0x62, 0x6e, 0x75, 0x2f),
)
const bytes = fc.array(byte, { maxLength: 40 }).map((all) => Buffer.from(all))

test('the end of a text is found four bytes at a time where it is found byte by byte, wherever it begins', () => {
  fc.assert(
    fc.property(bytes, fc.nat(8), (all, before) => {
      const body = bodyOver(Buffer.concat([Buffer.alloc(before), all, Buffer.from('"')]).subarray(before, -1))
      for (let from = 0; from <= all.length; from += 1) {
        expect(endOfText(body, from)).toBe(endByEach(all, from, '"\\bfnrt'))
        expect(endOfBareText(body, from)).toBe(endByEach(all, from, ''))
      }
    }),
    { numRuns: 2_000 },
  )
})

test('whatever JSON.stringify writes with escapes of one letter is read to its end', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.constantFrom(...'"\\\b\f\n\r\t')),
      (text, odd) => {
        const json = JSON.stringify(`${text}${odd.join(text)}`)
        expect(endOfText(bodyOver(Buffer.from(json)), 1)).toBe(
          /(?<!\\)(\\\\)*\\u/.test(json) ? NOT_PLAIN : Buffer.byteLength(json) - 1,
        )
      },
    ),
  )
})
