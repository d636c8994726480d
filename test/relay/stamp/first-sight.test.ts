import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFirstSights } from '../../../packages/relay/src/stamp/first-sight.ts'

const sights = createFirstSights(Buffer.alloc(32, 1))
const NOW = Date.UTC(2026, 2, 1)

test('is read back to the second, for the tracker ID it was written for', () => {
  const written = sights.write('abc', NOW + 999)
  expect(sights.read(written, 'abc')).toEqual({ kind: 'seen', at: NOW })
  expect(sights.read(written, 'other')).toEqual({ kind: 'new' })
  expect(sights.read(undefined, 'abc')).toEqual({ kind: 'new' })
})

test('of another key is forged', () => {
  const other = createFirstSights(Buffer.alloc(32, 2)).write('abc', NOW)
  expect(sights.read(other, 'abc')).toEqual({ kind: 'forged' })
})

test('with any one character changed is forged', () => {
  const written = sights.write('abc', NOW)
  fc.assert(
    fc.property(fc.nat(written.length - 1), fc.constantFrom('0', '9', 'a', 'Z', '-', '.'), (at, char) => {
      fc.pre(written[at] !== char)
      const changed = written.slice(0, at) + char + written.slice(at + 1)
      expect(sights.read(changed, 'abc')).toEqual({ kind: 'forged' })
    }),
  )
})

test('no text passes for one', () => {
  fc.assert(fc.property(fc.string(), (text) => sights.read(text, 'abc').kind === 'forged'))
})

test('does not show the tracker ID', () => {
  expect(sights.write('visitor-7', NOW)).not.toContain('visitor-7')
})
