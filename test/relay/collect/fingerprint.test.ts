import type { EventItem, JsonObject } from '@wmkt/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprintOf } from '../../../packages/relay/src/collect/fingerprint.ts'
import { createSeeded } from '../../support/seeded.ts'

const hex = (...args: Parameters<typeof fingerprintOf>): string => fingerprintOf(...args).toString(16)
const event = (data: JsonObject, more: Partial<EventItem> = {}): EventItem => ({
  kind: 'event',
  nonce: 'n',
  eventType: 'lead',
  data,
  ...more,
})
const json = fc.dictionary(fc.string(), fc.jsonValue())

test('is a whole number that a double holds', () => {
  fc.assert(fc.property(json, (data) => Number.isSafeInteger(fingerprintOf(event(data)))))
})

test('does not know when, by whom, or under which nonce: those may come later', () => {
  fc.assert(
    fc.property(json, fc.nat(), fc.string(), (data, occurredAt, text) => {
      expect(hex(event(data, { occurredAt, trackerId: text, nonce: text }))).toBe(hex(event(data)))
    }),
  )
})

test('outlives a way through JSON', () => {
  fc.assert(fc.property(json, (data) => hex(event(data)) === hex(event(JSON.parse(JSON.stringify(data))))))
})

test('tells any two contents apart', () => {
  fc.assert(
    fc.property(json, json, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other))
      expect(hex(event(one))).not.toBe(hex(event(other)))
    }),
  )
})

test('tells 300,000 texts of chance apart, which 32 bits would not, and spreads over all bits', () => {
  const seen = new Set<number>()
  const random = createSeeded(7)
  const ones = new Array<number>(53).fill(0)
  for (let n = 0; n < 300_000; n += 1) {
    const fingerprint = fingerprintOf(event({ n: `${random()}${random()}` }))
    seen.add(fingerprint)
    for (let bit = 0; bit < 53; bit += 1)
      ones[bit] = (ones[bit] ?? 0) + (Math.floor(fingerprint / 2 ** bit) & 1)
  }
  expect(seen.size).toBe(300_000)
  expect(Math.min(...ones)).toBeGreaterThan(140_000)
  expect(Math.max(...ones)).toBeLessThan(160_000)
})

test('an event type is content, and so are both halves of an interaction', () => {
  const interaction = (userData: JsonObject, nodeData: JsonObject) =>
    hex({ kind: 'interaction', nonce: 'n', userData, nodeData })
  expect(hex(event({}, { eventType: 'other' }))).not.toBe(hex(event({})))
  expect(interaction({ a: 1 }, {})).not.toBe(interaction({}, { a: 1 }))
})
