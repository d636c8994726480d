import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTextOf } from '../../../packages/relay/src/stamp/iso-text.ts'

const YEAR_ZERO = Date.parse('0000-01-01T00:00:00Z')
const LATEST = 8.64e15

test('one instant after the other is written as a Date writes it', () => {
  const near = fc.integer({ min: -2_500, max: 2_500 }).map((ms) => 1_764_000_000_000 + ms)
  const any = fc.oneof(
    near,
    fc.integer({ min: YEAR_ZERO, max: LATEST }),
    fc.double({ min: -5e3, max: 5e3, noNaN: true }),
  )
  fc.assert(
    fc.property(fc.array(any, { minLength: 1 }), (instants) => {
      expect(instants.map(isoTextOf)).toEqual(instants.map((at) => new Date(at).toISOString()))
    }),
  )
})
