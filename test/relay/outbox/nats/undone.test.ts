import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { type KV, Kvm } from '@nats-io/kv'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { Kind } from '@wmkt/protocol'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { fingerprintText } from '../../../../packages/relay/src/outbox/fingerprint.ts'
import { encodeFrame, type ItemHead } from '../../../../packages/relay/src/outbox/nats/frame.ts'
import {
  freshState,
  type ItemRecord,
  type ItemState,
} from '../../../../packages/relay/src/outbox/nats/item-record.ts'
import { consumerOf, namesOf, nonceKeyOf } from '../../../../packages/relay/src/outbox/nats/names.ts'
import { NONCE_MS } from '../../../../packages/relay/src/outbox/nats/streams.ts'
import type { Outbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { eventually } from '../../../support/eventually.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { intakeOf, lettersOf, singleOf } from '../intakes.ts'
import { freshProject, openOn, useNatsServer } from './nats-ground.ts'

/** What a relay leaves behind that dies between two steps, made by hand: each state once, and what the next one makes of it. */
const server = useNatsServer()
const LANE = 'event:purchase'
const clock = createTurnedClock()
let nc: NatsConnection
let js: JetStreamClient
let jsm: JetStreamManager
let kv: KV
let outbox: Outbox
let names: ReturnType<typeof namesOf>
let projectId: string

beforeEach(async ({ skip }) => {
  if (!server()) return skip()
  projectId = freshProject()
  names = namesOf('wmkt', projectId)
  outbox = await openOn(server(), { clock, projectId, single: singleOf })
  nc = await connect({ servers: server().host })
  js = jetstream(nc)
  jsm = await jetstreamManager(nc)
  kv = await new Kvm(js).open(names.nonces)
})
afterEach(async () => {
  await outbox?.close()
  await nc?.close()
})

const [fingerprint = ''] = intakeOf(['a']).entries.map((entry) => fingerprintText(entry.fingerprint))
const headOf = (more: Partial<ItemHead> = {}): ItemHead => ({
  ...{ kind: 'event', nonce: 'a', lane: LANE, index: 0, fingerprint, receivedAt: clock.now() },
  ...more,
})
const leaveItem = (more: Partial<ItemHead> = {}) => {
  const head = headOf(more)
  const frame = encodeFrame(head, Buffer.from('[{"nonce":"a"}]'))
  return js.publish(names.subject.item(head.lane, head.nonce), frame)
}
const leaveRecord = (state: ItemState & Partial<ItemRecord>, kind: Kind = 'event') =>
  kv.put(nonceKeyOf({ kind, nonce: 'a' }), JSON.stringify({ fingerprint, by: 'the dead', ...state }))
const held = async () => (await jsm.streams.info(names.items)).state.messages
/** Opens the lane's queue, as the relay that died had done. */
const openLane = async (kind: 'event' | 'interaction' = 'event') => {
  await outbox.put(intakeOf([{ nonce: 'other', kind }]))
  const [other] = await outbox.lease(kind === 'event' ? LANE : 'interaction:', 1)
  if (other) await settled(outbox, other.ref, { type: 'ack' })
}

const leaseOne = (lane = LANE) =>
  eventually(
    async () => {
      const [entry] = await outbox.lease(lane, 1)
      expect(entry).toBeDefined()
      return entry
    },
    { timeout: 20_000, interval: 100 },
  )
/** Asked for work until nothing is held any more: a queue may say it has none in the moment an item comes. */
const lastTakenOff = () =>
  eventually(
    async () => {
      expect(await outbox.lease(LANE, 5)).toEqual([])
      expect(await held()).toBe(0)
    },
    { timeout: 20_000, interval: 100 },
  )

describe('an item whose nonce was not written', () => {
  test('may be put anew by a repeat: it is delivered once, and counted once', async () => {
    await openLane()
    await leaveItem()
    expect(await outbox.put(intakeOf(['a', { nonce: 'a', content: 'other' }]))).toEqual([
      'accepted',
      'conflict',
    ])
    const entry = await leaseOne()
    if (entry) await settled(outbox, entry.ref, { type: 'ack' })
    await lastTakenOff()
    // One that looks for the first time believes the streams alone.
    const other = await openOn(server(), { clock, projectId })
    expect(other.ledger()).toMatchObject({ received: 2, held: 0, delivered: 2 })
    await other.close()
  })

  test('is not delivered when a repeat of its nonce with other content was accepted meanwhile', async () => {
    await openLane()
    await leaveItem()
    expect(await outbox.put(intakeOf([{ nonce: 'a', content: 'other' }]))).toEqual(['accepted'])
    expect((await leaseOne())?.ref.seq).toBe(3)
    expect(await held()).toBe(1)
  })

  test('is delivered, and known from then on', async () => {
    await openLane()
    await leaveItem()
    // Only after a while: a relay that lives would write it now.
    expect(await outbox.lease(LANE, 1)).toEqual([])
    clock.turn(10_000)
    const entry = await leaseOne()
    expect(entry).toMatchObject({ nonce: 'a', attempts: 0, attempting: false })
    if (entry) await settled(outbox, entry.ref, { type: 'ack', upstreamId: 'up' })
    expect(await outbox.fate('a')).toMatchObject({ state: 'delivered', upstreamId: 'up' })
    expect(await outbox.put(intakeOf(['a']))).toEqual(['duplicate'])
  })

  test('is in doubt when it is an interaction that has waited longer than nonces are remembered', async () => {
    await openLane('interaction')
    const lane = 'interaction:'
    const old = { kind: 'interaction', lane, receivedAt: clock.now() - NONCE_MS - 1 } as const
    await leaveItem({ ...old, nonce: 'old' })
    await leaveItem({ ...old, nonce: 'young', receivedAt: clock.now() - 60_000 })
    const leased = [await leaseOne(lane), await leaseOne(lane)]
    expect(leased).toContainEqual(expect.objectContaining({ nonce: 'old', attempting: true }))
    expect(leased).toContainEqual(expect.objectContaining({ nonce: 'young', attempting: false }))
  })
})

describe('an item whose record says it is done, still in the queue', () => {
  test.each<[ItemState['state'], ItemState]>([
    ['delivered', { state: 'delivered', at: 1 }],
    ['dropped', { state: 'dropped' }],
  ])('%s: it is not handed out again, and taken off', async (_, state) => {
    await openLane()
    await leaveRecord(state)
    await leaveItem()
    await lastTakenOff()
  })

  test('a copy of one that was delivered is no item of its own: it is not counted', async () => {
    await outbox.put(intakeOf(['a']))
    const [entry] = await outbox.lease(LANE, 1)
    if (entry) await settled(outbox, entry.ref, { type: 'ack' })
    await leaveItem()
    await lastTakenOff()
    expect((await jsm.streams.info(names.items)).state).toMatchObject({ messages: 0, last_seq: 2 })
    // One that looks for the first time believes the streams alone.
    const other = await openOn(server(), { clock, projectId })
    expect(other.ledger()).toMatchObject({ received: 1, held: 0, delivered: 1 })
    await other.close()
  })

  test('a copy of one that is held is taken off while that lies there, and delivered when it is gone', async () => {
    await outbox.put(intakeOf(['a']))
    await leaveItem()
    await leaveItem()
    expect((await leaseOne())?.ref.seq).toBe(1)
    await eventually(async () => {
      expect(await outbox.lease(LANE, 5)).toEqual([])
      expect(await held()).toBe(1)
    })
    await jsm.streams.deleteMessage(names.items, 1)
    await leaveItem()
    expect(await leaseOne()).toMatchObject({ nonce: 'a', ref: { seq: 4 } })
  })

  test('buried, but without its letter: the letter is written, once', async () => {
    await openLane()
    await leaveRecord({ state: 'buried', at: clock.now(), code: 'NO', message: 'é', attempts: 3 })
    await leaveItem()
    await lastTakenOff()
    expect(await lettersOf(outbox)).toMatchObject([
      { nonce: 'a', code: 'NO', message: 'é', attempts: 3, lane: LANE },
    ])
    await leaveItem()
    await lastTakenOff()
    expect((await jsm.streams.info(names.letters)).state.last_seq).toBe(1)
  })

  test('held until later: it is not handed out before its time, whoever made it wait', async () => {
    await openLane()
    await leaveRecord({ ...freshState(LANE), attempts: 2, triedMs: 5, dueAt: clock.now() + 4_000 })
    await leaveItem()
    await eventually(async () => {
      expect(await outbox.lease(LANE, 5)).toEqual([])
      expect(outbox.nextDueAt(LANE)).toBe(clock.now() + 4_000)
    })
    clock.turn(4_000)
    expect(await leaseOne()).toMatchObject({ nonce: 'a', attempts: 2, triedMs: 5 })
  })

  test('with an attempt begun: it is handed out as one that may not be repeated blindly', async () => {
    await openLane('interaction')
    await leaveRecord({ ...freshState('interaction:'), attempting: true }, 'interaction')
    await leaveItem({ kind: 'interaction', lane: 'interaction:' })
    expect(await leaseOne('interaction:')).toMatchObject({ nonce: 'a', attempting: true })
  })
})

describe('an item in the stream that no queue counts', () => {
  const looks = (done: () => Promise<void>) =>
    eventually(
      async () => {
        clock.turn(1_000)
        await done()
      },
      { interval: 20 },
    )

  test('is taken off when its record says that it is done', async () => {
    await leaveRecord({ state: 'delivered', at: 1 })
    await leaveItem()
    await leaveRecord(
      { state: 'buried', at: clock.now(), code: 'NO', message: '', attempts: 1 },
      'interaction',
    )
    await leaveItem({ kind: 'interaction', lane: 'interaction:' })
    await looks(async () => expect([await held(), outbox.ledger().held]).toEqual([0, 0]))
    expect(await lettersOf(outbox)).toMatchObject([{ nonce: 'a', kind: 'interaction', code: 'NO' }])
  })

  test('gets its queue back when it is not done, also when that was removed before everybody’s eyes', async () => {
    await openLane()
    await looks(async () => expect(outbox.heldIn(LANE)).toBe(0))
    await jsm.consumers.delete(names.items, consumerOf(LANE))
    await leaveItem()
    await leaveRecord(freshState(LANE))
    const queues = async () => (await jsm.streams.info(names.items)).state.consumer_count
    await looks(async () => expect(await queues()).toBe(1))
    expect(await leaseOne()).toMatchObject({ nonce: 'a' })
  })

  test('gets its queue back when it is not done, and was never recorded', async () => {
    await leaveItem({ receivedAt: clock.now() - 60_000 })
    await looks(async () => expect(await outbox.lease(LANE, 1)).toMatchObject([{ nonce: 'a' }]))
  })
})

describe('a redrive that was cut short', () => {
  const bury = async () => {
    await outbox.put(intakeOf(['a']))
    const [entry] = await outbox.lease(LANE, 1)
    if (entry) await settled(outbox, entry.ref, { type: 'bury', code: 'NO', message: '' })
  }

  test('after its record was written is done again from there: nothing is lost, nothing doubled', async () => {
    await bury()
    await leaveRecord({ ...freshState(LANE), round: 1 })
    expect(await outbox.redrive('a')).toBe(true)
    expect([await held(), await outbox.redrive('a')]).toEqual([1, false])
    expect(outbox.ledger()).toMatchObject({ received: 1, held: 1, buried: 0, dropped: 0 })
  })

  const leaveLetter = async (seq: number) => {
    await js.publish(names.subject.burialOf(nonceKeyOf(headOf()), 0))
    const letter = { ...headOf(), seq, code: 'NO', message: '', attempts: 1, buriedAt: clock.now() }
    const frame = encodeFrame(letter, Buffer.from('[{"nonce":"a"}]'))
    await js.publish(names.subject.letter('event', 'a'), frame)
  }
  /** What one that looks for the first time believes: the streams alone. */
  const counted = async () => {
    const other = await openOn(server(), { clock, projectId })
    onTestFinished(other.close)
    return other.ledger()
  }
  const deliver = async () => {
    const entry = await leaseOne()
    if (entry) await settled(outbox, entry.ref, { type: 'ack' })
  }

  test('leaves what was buried in the queue, if its ack was lost: that is not delivered, but what the redrive puts when it is done again', async () => {
    await openLane()
    const { seq } = await leaveItem()
    await leaveLetter(seq)
    await leaveRecord({ ...freshState(LANE), round: 1, seq })
    await lastTakenOff()
    expect(await outbox.redrive('a')).toBe(true)
    await deliver()
    await lastTakenOff()
    expect(await counted()).toMatchObject({ received: 2, held: 0, buried: 0, delivered: 2, dropped: 0 })
  })

  test('after its item was put: that takes the letter with it, and is counted once', async () => {
    await bury()
    await leaveRecord({ ...freshState(LANE), round: 1, seq: 1 })
    await leaveItem({ copy: 'again.1' })
    await deliver()
    await lastTakenOff()
    expect(await lettersOf(outbox)).toEqual([])
    expect(await counted()).toMatchObject({ received: 1, held: 0, buried: 0, delivered: 1, dropped: 0 })
  })

  test('and done again at the same time by another relay puts two items: one is delivered, one counted', async () => {
    await bury()
    await leaveRecord({ ...freshState(LANE), round: 1, seq: 1 })
    for (let n = 0; n < 2; n += 1) await leaveItem({ copy: 'again.1' })
    await deliver()
    await lastTakenOff()
    expect(await counted()).toMatchObject({ received: 1, held: 0, buried: 0, delivered: 1, dropped: 0 })
  })

  test('whose item was buried anew: the letter of before gives way to its own', async () => {
    await bury()
    const why = { state: 'buried', at: clock.now(), code: 'AGAIN', message: '', attempts: 1 } as const
    await leaveRecord({ ...why, round: 1, seq: 1 })
    await leaveItem({ copy: 'again.1' })
    await lastTakenOff()
    expect(await lettersOf(outbox)).toMatchObject([{ nonce: 'a', code: 'AGAIN' }])
    expect(await counted()).toMatchObject({ received: 1, held: 0, buried: 1, delivered: 0, dropped: 0 })
  })

  test('after the item was delivered leaves a letter, and nothing is delivered twice', async () => {
    await bury()
    await leaveRecord({ state: 'delivered', at: clock.now(), round: 1, seq: 1 })
    await outbox.redrive('a')
    await lastTakenOff()
    expect(await lettersOf(outbox)).toEqual([])
    expect(await counted()).toMatchObject({ received: 1, held: 0, buried: 0, delivered: 1, dropped: 0 })
  })
})
