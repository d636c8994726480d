import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOver } from '../../../packages/relay/src/scan/body.ts'
import { createSpanHash } from '../../../packages/relay/src/scan/span-hash.ts'

const hash = createSpanHash()
const hexOf = (...spans: readonly (readonly [Uint8Array, number, number])[]): string => {
  hash.begin()
  for (const [bytes, from, to] of spans) hash.absorb(bodyOver(Buffer.from(bytes)), from, to)
  return hash.end().toString(16)
}
const whole = (bytes: Uint8Array) => [bytes, 0, bytes.length] as const

test('is of the bytes alone: not of where they lie, nor of what lies around them', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array({ maxLength: 9 }), (bytes, around) => {
      const from = around.length
      const within = Buffer.concat([around, bytes, around])
      expect(hexOf([within, from, from + bytes.length])).toBe(hexOf(whole(bytes)))
    }),
  )
})

test('knows where one span ends and the next begins', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(), (bytes, one, other) => {
      const [first, second] = [one % (bytes.length + 1), other % (bytes.length + 1)]
      fc.pre(first !== second)
      const cut = (at: number) => hexOf(whole(bytes.subarray(0, at)), whole(bytes.subarray(at)))
      expect(cut(first)).not.toBe(cut(second))
    }),
  )
})

test('tells bytes apart that differ in one bit, or in a zero at their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(7), (bytes, place, bit) => {
      const at = place % bytes.length
      const other = bytes.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte))
      const all = [
        bytes,
        other,
        Buffer.concat([bytes, Buffer.alloc(1)]),
        Buffer.concat([other, Buffer.alloc(4)]),
      ]
      expect(new Set(all.map((one) => hexOf(whole(one)))).size).toBe(4)
    }),
  )
})

test('has nothing left of what was absorbed before', () => {
  const bytes = Buffer.from('some bytes')
  const first = hexOf(whole(bytes))
  hash.absorb(bodyOver(bytes), 0, 4)
  expect(hexOf(whole(bytes))).toBe(first)
})
