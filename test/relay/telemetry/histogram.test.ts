import fc from 'fast-check'
import { expect, test } from 'vitest'
import { between, createHistogram, quantileOf } from '../../../packages/relay/src/telemetry/histogram.ts'

const filled = (ms: readonly number[], bounds?: readonly number[]) => {
  const histogram = createHistogram(bounds)
  for (const one of ms) histogram.observeMs(one)
  return histogram.read()
}
const times = fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 200 })

test('a bound belongs to its own count, and what exceeds all bounds to the last', () => {
  expect(filled([100, 101, 9_799], [0.1, 1])).toEqual({
    bounds: [0.1, 1],
    counts: [1, 1, 1],
    sum: expect.closeTo(10),
  })
})

test('nothing observed has no quantile', () => {
  expect(quantileOf(filled([]), 0.95)).toBeUndefined()
})

test('a quantile lies in the very bucket that holds the value', () => {
  fc.assert(
    fc.property(times, fc.double({ min: 0.01, max: 1, noNaN: true }), (ms, q) => {
      const read = filled(ms)
      const sorted = [...ms].sort((a, b) => a - b)
      const exact = (sorted[Math.ceil(q * sorted.length - 1e-9) - 1] ?? 0) / 1_000
      const at = read.bounds.findIndex((bound) => exact <= bound)
      const [low, high] = at < 0 ? [30, 30] : [read.bounds[at - 1] ?? 0, read.bounds[at] ?? 0]
      expect(quantileOf(read, q)).toBeGreaterThanOrEqual(low)
      expect(quantileOf(read, q)).toBeLessThanOrEqual(high)
    }),
  )
})

test('what lies between two reads is what was observed between them', () => {
  fc.assert(
    fc.property(times, times, (before, after) => {
      const difference = between(filled(before), filled([...before, ...after]))
      expect(difference.counts).toEqual(filled(after).counts)
    }),
  )
})
