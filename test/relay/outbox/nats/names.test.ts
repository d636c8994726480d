import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  consumerOf,
  laneOfConsumer,
  laneOfSubject,
  letterOfSubject,
  namesOf,
} from '../../../../packages/relay/src/outbox/nats/names.ts'
import { seqOfReply } from '../../../../packages/relay/src/outbox/nats/pull.ts'

const { subject } = namesOf('wmkt', 'demo-shop')

test('subjects say project, kind, type and nonce', () => {
  expect(subject.item('event:purchase', '0193-a_B')).toBe('wmkt.demo-shop.items.event.purchase.0193-a_B')
  expect(subject.lane('interaction:')).toBe('wmkt.demo-shop.items.interaction.=.*')
  expect(laneOfConsumer(consumerOf('event:page-view'))).toBe('event:page-view')
  expect(letterOfSubject(subject.letter('interaction', 'n1'))).toEqual({ kind: 'interaction', nonce: 'n1' })
})

test('whatever an event type is, it is one token of a subject, and read back as it was', () => {
  const type = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('a.b', '*', '>', '=x', 'a b', '', '*12'),
  )
  fc.assert(
    fc.property(type, (eventType) => {
      const lane = `event:${eventType}`
      const item = subject.item(lane, 'n1')
      expect(item.split('.')).toHaveLength(6)
      expect(item).not.toMatch(/[\s*>]/)
      expect([laneOfSubject(item), laneOfSubject(subject.lane(lane))]).toEqual([lane, lane])
      expect(consumerOf(lane)).toMatch(/^[\w=-]{1,80}$/)
      expect([lane, undefined]).toContain(laneOfConsumer(consumerOf(lane)))
    }),
  )
})

test('lanes have consumers of different names', () => {
  const lane = fc.string({ minLength: 0, maxLength: 200 }).map((type) => `event:${type}`)
  fc.assert(
    fc.property(lane, lane, (one, other) => {
      fc.pre(one !== other)
      expect(consumerOf(one)).not.toBe(consumerOf(other))
    }),
  )
})

test('where acks go tells the sequence number, in the form of old servers and of new ones', () => {
  expect(seqOfReply('$JS.ACK.items.event-a.2.17.40.1795473709984550958.10')).toBe(17)
  expect(seqOfReply('$JS.ACK._.hash.items.event-a.2.17.40.1795473709984550958.10')).toBe(17)
  expect(seqOfReply('$JS.ACK.hub.hash.items.event-a.2.17.40.1795473709984550958.10.random')).toBe(17)
})
