import { expect, test } from 'vitest'
import type { Fate } from '../../../packages/relay/src/outbox/outbox.ts'
import { createDeliveries } from '../../../packages/relay/src/settlement/deliveries.ts'
import { join } from '../../../packages/relay/src/settlement/join.ts'
import { reasonOf } from '../../../packages/relay/src/settlement/reason.ts'
import { sightingOf } from '../../../packages/relay/src/settlement/sighting.ts'

const event = (more: object) => sightingOf({ errors: [], ...more })
const memoryOf = (fates: Record<string, Fate>, known: Record<string, string> = {}) => ({
  delivery: (id: string) => (known[id] ? { nonce: known[id], deliveredAt: 1 } : undefined),
  fate: (nonce: string) => fates[nonce],
})
const delivered = (upstreamId?: string): Fate => ({
  state: 'delivered',
  deliveredAt: 2,
  ...(upstreamId && { upstreamId }),
})

test('the UUID decides before the nonce', async () => {
  const memory = memoryOf({ n1: delivered('u1'), n2: delivered('u2') }, { u1: 'n1' })
  expect(await join(event({ _id: 'u1', nonce: 'n2' }), memory)).toMatchObject({
    type: 'ours',
    by: 'uuid',
    nonce: 'n1',
  })
})

test('what the last deliveries do not hold is found by its nonce, which may be a number', async () => {
  const memory = memoryOf({ 7: delivered('u7'), n8: delivered() })
  expect(await join(event({ _id: 'u7', nonce: 7 }), memory)).toEqual({
    type: 'ours',
    by: 'nonce',
    nonce: '7',
    deliveredAt: 2,
  })
  expect(await join(event({ _id: 'u8', nonce: 'n8' }), memory)).toMatchObject({ type: 'ours', by: 'nonce' })
  expect(await join(event({ nonce: 'n8' }), memory)).toMatchObject({ type: 'ours' })
  expect(await join(event({ nonce: 'n9' }), memoryOf({ n9: { state: 'settled' } }))).toEqual({
    type: 'ours',
    by: 'nonce',
    nonce: 'n9',
  })
})

test.each<[string, object, Fate | undefined]>([
  ['neither UUID nor nonce', {}, undefined],
  ['a nonce nobody has seen', { _id: 'u', nonce: 'n' }, undefined],
  ['our nonce under another UUID', { _id: 'other', nonce: 'n' }, delivered('u')],
])('an event with %s is unknown', async (_, trashed, fate) => {
  expect(await join(event(trashed), memoryOf(fate ? { n: fate } : {}))).toMatchObject({ type: 'unknown' })
})

test('one that is held or buried here was never acknowledged, and is settled elsewhere', async () => {
  const fates: Fate[] = [
    { state: 'held', lane: 'event:lead', attempts: 0 },
    { state: 'buried', code: 'UPSTREAM_REJECTED', message: '', buriedAt: 1 },
  ]
  for (const fate of fates)
    expect(await join(event({ nonce: 'n' }), memoryOf({ n: fate }))).toEqual({
      type: 'undelivered',
      nonce: 'n',
    })
})

test('of the last deliveries so many are remembered, or half as many at least', () => {
  const deliveries = createDeliveries(4)
  const ids = ['a', 'b', 'c', 'd', 'd', 'e']
  const known = ids.map((id) => {
    deliveries.add(id, { nonce: id, deliveredAt: 1 })
    return [...new Set(ids)].filter((one) => deliveries.get(one)?.nonce === one).join('')
  })
  expect(known).toEqual(['a', 'ab', 'abc', 'abcd', 'cd', 'cde'])
})

test('reasons are read in the form of today and in the announced one', () => {
  expect(reasonOf({ field: 'email', message: 'is mandatory' })).toEqual({
    field: 'email',
    message: 'is mandatory',
  })
  expect(reasonOf({ field: { path: 'email' } })).toEqual({ message: 'refused' })
  expect(reasonOf('email is mandatory')).toEqual({ message: 'email is mandatory' })
})

test('reasons keep nothing of the trashed data', () => {
  const data = { email: 'a+b@c.de', name: 'Mona Lisa' }
  const message = 'no A+B@C.DE, a%2Bb%40c.de, Mona+Lisa, mona%20lisa or x%40y.z'
  expect(reasonOf(message, [data])).toEqual({
    message: 'no [redacted], [redacted], [redacted], [redacted] or [redacted]',
  })
})
