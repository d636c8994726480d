import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainEventOf } from '../../../packages/relay/src/collect/plain-event.ts'
import { sift } from '../../../packages/relay/src/collect/sift.ts'

const TYPES = ['lead', 'purchase', 'é', '\ud800', 'x'.repeat(129)]
const ODD_TEXTS = ['', 'a b', '\udc00', '2026-11-24T00:00:00Z']
/** Naming the types of browsers sends every item the long way. */
const LONG_WAY = { interactions: 'off', browserEventTypes: new Set([...TYPES, ...ODD_TEXTS]) } as const
const QUICKLY = { interactions: 'off' } as const

const siftedBy = (items: unknown[], policy: Parameters<typeof sift>[3]) => {
  const { entries, ...rest } = sift({ items }, 1_000, { keyed: false }, policy)
  return { ...rest, entries: entries.map((entry) => ({ ...entry, fingerprint: [...entry.fingerprint] })) }
}

const odd = fc.constantFrom<unknown>(undefined, null, 0, Number.NaN, true, [], [1], {}, 1e300, ...ODD_TEXTS)
const nested = (depth: number): unknown => (depth === 0 ? 1 : { deeper: nested(depth - 1) })
const value = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.nat(12).map(nested),
  fc.integer({ min: 1_015, max: 1_030 }).map((length) => Array.from({ length }, () => 0)),
)
const key = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'email', 'a\ud800'),
)
const data = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.tuple(key, value), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs)),
  },
  { weight: 1, arbitrary: odd },
)
const either = <T>(fine: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fine }, { weight: 1, arbitrary: odd })
const item = fc.record(
  {
    kind: either(fc.constantFrom('event', 'interaction')),
    nonce: either(fc.uuid()),
    eventType: either(fc.constantFrom(...TYPES)),
    occurredAt: either(fc.integer()),
    trackerId: either(fc.constant('ru1cc7QHeklGu2_')),
    data,
  },
  { requiredKeys: [] },
)

test('items sifted quickly end as they do by the parser, whatever they are', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(item, odd), { minLength: 1, maxLength: 5 }), (items) => {
      expect(siftedBy(items, QUICKLY)).toEqual(siftedBy(items, LONG_WAY))
    }),
    { numRuns: 2_000 },
  )
})

test('to the very key and level, what the parser refuses is refused', () => {
  const ends = (data: unknown) => {
    const sifted = siftedBy([{ kind: 'event', nonce: 'n', eventType: 'lead', data }], QUICKLY)
    return sifted.rejected[0]?.code
  }
  const list = (length: number) => ({ list: Array.from({ length }, () => 0) })
  expect([ends(list(1_023)), ends(list(1_024))]).toEqual([undefined, 'TOO_MANY_KEYS'])
  expect([ends(nested(8)), ends(nested(9))]).toEqual([undefined, 'TOO_DEEP'])
  expect([ends({ prototypes: 1 }), ends({ a: { prototype: 1 } })]).toEqual([undefined, 'KEY_FORBIDDEN'])
})

test('what a tag sends takes the quick way', () => {
  const event = {
    ...{ kind: 'event', nonce: '0193a6a0-0000-7000-8000-000000000000', eventType: 'lead', occurredAt: 1 },
    ...{ trackerId: 'ru1cc7', data: { email: 'a@b.c', amount: 12.5, list: [1, null, true], é: 'ü€😀' } },
  }
  expect(plainEventOf(event)).toMatchObject({ event })
  expect(plainEventOf({ ...event, data: { text: '\ud83d' } })).toBeUndefined()
  expect(plainEventOf({ ...event, trackerId: 'no id' })).toBeUndefined()
})
