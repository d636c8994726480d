import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as gates from '../../../packages/relay/src/forward/gate.ts'

const half = () => 0.5

test('a pause ends by itself, and a later one lengthens it but never shortens it', () => {
  const paused = gates.pause(gates.pause(gates.OPEN, 5_000), 2_000)
  expect(paused).toEqual({ state: 'paused', until: 5_000 })
  expect(gates.widthOf(paused)).toBe(0)
  expect(gates.elapse(paused, 4_999)).toBe(paused)
  expect(gates.elapse(paused, 5_000)).toBe(gates.OPEN)
})

test('a parked lane tries one at a time when its probe is due, and opens once one has passed', () => {
  const parked = gates.park(gates.OPEN, 'NOT_FOUND', 0, half)
  expect(gates.widthOf(parked)).toBe(0)
  const trial = gates.elapse(parked, gates.gateDueAt(parked) ?? 0)
  expect(gates.widthOf(trial)).toBe(1)
  expect(gates.passed(trial)).toBe(gates.OPEN)
})

test('a pause does not loosen what is parked', () => {
  const parked = gates.park(gates.OPEN, 'UNAUTHORIZED', 0, half)
  expect(gates.pause(parked, 10)).toBe(parked)
})

test('those in flight together park once', () => {
  const parked = gates.park(gates.OPEN, 'UNAUTHORIZED', 0, half)
  expect(gates.park(parked, 'UNAUTHORIZED', 1, half)).toBe(parked)
})

test('whatever happens, a closed gate has a time at which it is looked at again, at most 5 minutes ahead', () => {
  const steps = fc.array(
    fc.record({
      by: fc.constantFrom('park', 'longer', 'tryOne', 'elapse'),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
  )
  fc.assert(
    fc.property(steps, (taken) => {
      let gate = gates.OPEN
      let now = 0
      for (const { by, random } of taken) {
        now += 1_000
        if (by === 'park') gate = gates.park(gate, 'UNAUTHORIZED', now, () => random)
        if (by === 'longer' && gate.state !== 'open')
          gate = gates.parkLonger(gate, 'NOT_FOUND', now, () => random)
        if (by === 'tryOne') gate = gates.tryOne(gate)
        if (by === 'elapse') gate = gates.elapse(gate, now)
        if (gates.widthOf(gate) > 0) continue
        const dueAt = gates.gateDueAt(gate) ?? Number.NaN
        expect(dueAt - now).toBeLessThanOrEqual(300_000)
        expect(gates.widthOf(gates.elapse(gate, dueAt))).toBeGreaterThan(0)
      }
    }),
  )
})
