import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRefusals } from '../../../packages/relay/src/forward/refusals.ts'

test('refused three times with others passing in between, an item is at fault', () => {
  const refusals = createRefusals()
  expect(refusals.refused('x')).toBe(false)
  refusals.passed('a')
  expect(refusals.refused('x')).toBe(false)
  refusals.passed('b')
  expect(refusals.refused('x')).toBe(true)
})

test('in an outage of the credential no item is at fault, however often it is tried', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd')), (nonces) => {
      const refusals = createRefusals()
      refusals.passed('before')
      expect(nonces.some((nonce) => refusals.refused(nonce))).toBe(false)
    }),
  )
})

test('an item that passed is forgiven', () => {
  const refusals = createRefusals()
  refusals.refused('x')
  refusals.passed('a')
  refusals.refused('x')
  refusals.passed('x')
  expect(refusals.refused('x')).toBe(false)
})
