import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDeliveries } from '../../../packages/relay/src/settlement/deliveries.ts'

const HEAD = '0190a6a0-0000-7000-8000-'
/** Few, so that some come again. */
const uuid = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => HEAD + n.toString(16).padStart(12, '0')),
  fc.uuid(),
)
const other = fc.oneof(
  fc.constantFrom('a', 'b', '', 'up', HEAD, `${HEAD}00000000000A`, `${HEAD.replace('-', '_')}000000000001`),
  fc.string({ minLength: 36, maxLength: 36 }),
)
const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
const delivery = fc.tuple(uuid, uuid, fc.integer({ min: 0, max: 4e12 }))

test.each([1, 2, 7, 64])('of UUIDs the last %i deliveries are remembered, whatever came before', (most) => {
  fc.assert(
    fc.property(fc.array(delivery, { maxLength: 200 }), (added) => {
      const deliveries = createDeliveries(most)
      for (const [id, nonce, deliveredAt] of added) deliveries.add(id, { nonce, deliveredAt })
      const known = new Map(
        added.slice(-most).map(([id, nonce, deliveredAt]) => [id, { nonce, deliveredAt }]),
      )
      for (const [id] of added) expect(deliveries.get(id)).toEqual(known.get(id))
    }),
  )
})

test('what is added after a look is found by the next one, and what was no UUID in between leaves no trace', () => {
  const some = fc.oneof({ weight: 5, arbitrary: uuid }, { weight: 1, arbitrary: other })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.tuple(some, some), { maxLength: 60 }),
      (most, all) => {
        const deliveries = createDeliveries(most)
        const known: [string, string][] = []
        for (const [id, nonce] of all) {
          deliveries.add(id, { nonce, deliveredAt: 1 })
          if (isUuid(id) && isUuid(nonce)) known.push([id, nonce])
          for (const [one, its] of new Map(known.slice(-most)))
            expect(deliveries.get(one)).toMatchObject({ nonce: its })
        }
      },
    ),
  )
})

test('what is no UUID is remembered as it is, half as many deliveries at least', () => {
  const odd = fc.oneof(fc.tuple(other, other), fc.tuple(uuid, other), fc.tuple(other, uuid))
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 40 }), (added) => {
      const deliveries = createDeliveries(10)
      for (const [id, nonce] of added) {
        deliveries.add(id, { nonce, deliveredAt: 1 })
        expect(deliveries.get(id)).toEqual({ nonce, deliveredAt: 1 })
      }
      for (const [id] of added.slice(-5)) expect(deliveries.get(id)).toBeDefined()
    }),
  )
})
