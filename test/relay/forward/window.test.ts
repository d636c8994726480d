import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterAnswer, makeWindow, type Window } from '../../../packages/relay/src/forward/window.ts'

const turns = (window: Window, count: number, answer: { latencyMs: number; strained: boolean }, cap = 64) => {
  let next = window
  for (let i = 0; i < count; i += 1) next = afterAnswer(next, answer, cap)
  return next
}
const clean = { latencyMs: 5, strained: false }
const strained = { latencyMs: 5, strained: true }

test('it starts at 4, or at the cap when that is lower', () => {
  expect(makeWindow(64).size).toBe(4)
  expect(makeWindow(2).size).toBe(2)
})

test('a clean turn makes it one wider', () => {
  expect(turns(makeWindow(64), 3, clean).size).toBe(4)
  expect(turns(makeWindow(64), 4, clean).size).toBe(5)
  expect(turns(makeWindow(64), 4 + 5, clean).size).toBe(6)
})

test('a strained answer makes it narrower at once, and only once a turn', () => {
  const wide = turns(makeWindow(64), 200, clean)
  const first = afterAnswer(wide, strained, 64)
  expect(first.size).toBe(Math.floor(wide.size * 0.7))
  expect(turns(first, 2, strained).size).toBe(first.size)
})

test('a turn much slower than the best makes it narrower', () => {
  const wide = turns(makeWindow(64), 200, clean)
  const slow = turns(wide, wide.left, { latencyMs: 2_000, strained: false })
  expect(turns(slow, slow.size, { latencyMs: 2_000, strained: false }).size).toBeLessThan(wide.size)
})

test('an upstream that grew slower for good is believed in the end', () => {
  const wide = turns(makeWindow(64), 500, { latencyMs: 100, strained: false })
  const later = turns(wide, 5_000, { latencyMs: 400, strained: false })
  expect(later.size).toBeGreaterThan(16)
})

test('it stays between 1 and the cap, whatever comes', () => {
  const answers = fc.array(fc.record({ latencyMs: fc.nat(10_000), strained: fc.boolean() }), {
    maxLength: 300,
  })
  fc.assert(
    fc.property(answers, fc.integer({ min: 1, max: 80 }), (given, cap) => {
      let window = makeWindow(cap)
      for (const answer of given) {
        window = afterAnswer(window, answer, cap)
        expect(window.size).toBeGreaterThanOrEqual(1)
        expect(window.size).toBeLessThanOrEqual(cap)
      }
    }),
  )
})
