import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOver } from '../../../packages/relay/src/scan/body.ts'
import { isKnownAt, knownText } from '../../../packages/relay/src/scan/known-text.ts'

test('is there where its bytes are, and nowhere else', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 14 })
  fc.assert(
    fc.property(letters, letters, letters, (before, text, after) => {
      const body = Buffer.from(before + text + after)
      const wanted = Buffer.from(text)
      for (let at = 0; at <= body.length; at += 1)
        expect(isKnownAt(bodyOver(body), at, knownText(text))).toBe(
          wanted.equals(body.subarray(at, at + wanted.length)),
        )
    }),
  )
})

test('does not look beyond the body, which may lie in a larger one', () => {
  const body = Buffer.from('x"kind":').subarray(1, 6)
  expect(isKnownAt(bodyOver(body), 0, knownText('"kind":'))).toBe(false)
  expect(isKnownAt(bodyOver(body), 0, knownText('"kind'))).toBe(true)
})
