import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { type KV, Kvm } from '@nats-io/kv'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { fingerprintText } from '../../../../packages/relay/src/outbox/fingerprint.ts'
import { encodeFrame, type ItemHead } from '../../../../packages/relay/src/outbox/nats/frame.ts'
import { type Ground, openGround } from '../../../../packages/relay/src/outbox/nats/ground.ts'
import { createHands } from '../../../../packages/relay/src/outbox/nats/hands.ts'
import {
  freshState,
  type HeldState,
  type ItemState,
} from '../../../../packages/relay/src/outbox/nats/item-record.ts'
import { lookAtAll } from '../../../../packages/relay/src/outbox/nats/look.ts'
import { namesOf, nonceKeyOf } from '../../../../packages/relay/src/outbox/nats/names.ts'
import { createRegister } from '../../../../packages/relay/src/outbox/nats/register.ts'
import { createRemove } from '../../../../packages/relay/src/outbox/nats/remove.ts'
import type { Settle } from '../../../../packages/relay/src/outbox/nats/settle.ts'
import { createSweep } from '../../../../packages/relay/src/outbox/nats/sweep.ts'
import { parseNatsUrl } from '../../../../packages/relay/src/outbox/nats/url.ts'
import type { Counts } from '../../../../packages/relay/src/outbox/nats/view.ts'
import { createView } from '../../../../packages/relay/src/outbox/nats/view.ts'
import type { Stand } from '../../../../packages/relay/src/outbox/nats/whereabouts.ts'
import type { Lane, Outbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { eventually } from '../../../support/eventually.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { intakeOf, singleOf } from '../intakes.ts'
import { freshProject, openOn, useNatsServer } from './nats-ground.ts'

/** Items that a queue has passed by: what a relay makes of them that believes of its queues what is said here. */
const server = useNatsServer()
const LANE = 'event:purchase'
const VISITS = 'interaction:'
/** Of the sweeps alone: those of the outboxes stand still. */
const clock = createTurnedClock()
const outboxClock = createTurnedClock()
let projectId: string
let names: ReturnType<typeof namesOf>
let nc: NatsConnection
let js: JetStreamClient
let jsm: JetStreamManager
let kv: KV
let one: Outbox
let other: Outbox

beforeEach(async ({ skip }) => {
  if (!server()) return skip()
  projectId = freshProject()
  names = namesOf('wmkt', projectId)
  const open = () => openOn(server(), { clock: outboxClock, projectId, single: singleOf })
  ;[one, other] = [await open(), await open()]
  nc = await connect({ servers: server().host })
  js = jetstream(nc)
  jsm = await jetstreamManager(nc)
  kv = await new Kvm(js).open(names.nonces)
})
afterEach(async () => {
  await one?.close()
  await other?.close()
  await nc?.close()
})

type Beliefs = {
  stands: Record<Lane, Stand>
  drainedAt?: () => number
  /** Over the real one. */
  ground?: (real: Ground) => Partial<Ground>
}

const startSweeping = async ({
  stands,
  drainedAt = () => clock.now(),
  ground: over = () => ({}),
}: Beliefs) => {
  const options = { settings: parseNatsUrl(`nats://${server().host}`), projectId, clock, log: silentLog }
  const real = await openGround({ ...options, keepDeadLettersMs: 90 * 24 * 3_600_000 })
  onTestFinished(() => real.link.nc.close())
  const ground = { ...real, ...over(real) }
  const counts = await lookAtAll(ground.link, names, ground.queues)
  const view = createView(counts)
  const finish = vi.fn<Settle['finish']>(() => Promise.resolve())
  const sweep = createSweep({
    ...ground,
    relay: `sweeper-${Math.random()}`,
    queues: { ...ground.queues, stand: (lane) => stands[lane], stood: () => Object.keys(stands), drainedAt },
    settling: { settle: () => Promise.reject(), finish },
    hands: createHands(clock, () => {}),
    register: createRegister({ ...ground, view }),
    remove: createRemove(ground.link, names),
    ...{ view, clock, log: silentLog, leaseMs: 30_000, onPut: () => {} },
  })
  /** One look, with so many in all queues. */
  const look = async (queued: number, more: Partial<Counts> = {}) => {
    const itemsEver = await lastSeq()
    await sweep({ ...counts, itemsEver, lanes: new Map([[LANE, queued]]), ...more })
  }
  const sweeps = async (looks: number, queued = 0, everyMs = 1_000) => {
    for (let n = 0; n < looks; n += 1) {
      await look(queued)
      clock.turn(everyMs)
    }
  }
  return { finish, look, sweeps }
}
const state = async () => (await jsm.streams.info(names.items)).state
const lastSeq = async () => (await state()).last_seq
const headOf = (nonce: string): ItemHead => {
  const [fingerprint = ''] = intakeOf([nonce]).entries.map((entry) => fingerprintText(entry.fingerprint))
  return { kind: 'event', nonce, lane: LANE, index: 0, fingerprint, receivedAt: clock.now(), copy: 'abcdef' }
}
const leaveItem = (nonce: string) => {
  const head = headOf(nonce)
  return js.publish(
    names.subject.item(head.lane, nonce),
    encodeFrame(head, Buffer.from(`[{"nonce":"${nonce}"}]`)),
  )
}
const leaveRecord = (nonce: string, itemState: ItemState & { by?: string }) => {
  const head = headOf(nonce)
  const record = { fingerprint: head.fingerprint, by: 'the dead', ...itemState }
  return kv.put(nonceKeyOf(head), JSON.stringify(record))
}
const leaveHeld = async (more: Partial<HeldState> = {}) => {
  const { seq } = await leaveItem('a')
  await leaveRecord('a', { ...freshState(LANE), ...more })
  return seq
}
const passed = (seq: number, handedOut = 0): Beliefs => ({
  stands: { [LANE]: { delivered: seq, pending: 0, handedOut } },
})
const ledger = async () => {
  const fresh = await openOn(server(), { clock: outboxClock, projectId })
  onTestFinished(fresh.close)
  return fresh.ledger()
}

describe('an item that its queue has passed by', () => {
  test('is put into the queue anew: once, and counted once', async () => {
    const seq = await leaveHeld()
    const { sweeps } = await startSweeping(passed(seq))
    await sweeps(9)
    expect(await lastSeq()).toBe(seq)
    await sweeps(2)
    expect(await state()).toMatchObject({ messages: 1, last_seq: seq + 1 })
    expect(await ledger()).toMatchObject({ received: 1, held: 1 })
  })

  test.each<[string, number, Partial<HeldState>]>([
    ['the queue has others handed out', 3, {}],
    ['an attempt was begun on it', 0, { attempting: true }],
  ])('is so after three minutes when %s', async (_, handedOut, more) => {
    const seq = await leaveHeld(more)
    const { sweeps } = await startSweeping(passed(seq, handedOut))
    await sweeps(handedOut > 0 ? 210 : 184, handedOut)
    expect(await lastSeq()).toBe(seq)
    await sweeps(handedOut > 0 ? 1 : 6, handedOut)
    expect(await lastSeq()).toBe(seq + 1)
  })

  test.each<[string, Stand, number, () => Partial<HeldState>]>([
    ['the queue has still to come to it', { delivered: 0, pending: 1, handedOut: 0 }, 0, () => ({})],
    [
      'it waits for its time',
      { delivered: 1, pending: 0, handedOut: 0 },
      0,
      () => ({ dueAt: clock.now() + 600_000 }),
    ],
    ['nobody has asked the queue for more', { delivered: 1, pending: 0, handedOut: 3 }, 3, () => ({})],
  ])('is not while %s', async (_, stand, queued, more) => {
    const seq = await leaveHeld(more())
    const { sweeps } = await startSweeping({ stands: { [LANE]: stand }, drainedAt: () => 0 })
    await sweeps(300, queued)
    expect(await lastSeq()).toBe(seq)
  })

  test('is not while something becomes of it', async () => {
    const seq = await leaveHeld()
    const { sweeps } = await startSweeping(passed(seq))
    for (let attempts = 1; attempts < 5; attempts += 1) {
      await sweeps(4)
      await leaveRecord('a', { ...freshState(LANE), attempts })
    }
    expect(await lastSeq()).toBe(seq)
  })

  test('is not for what was seen of it before a pause', async () => {
    const seq = await leaveHeld()
    const { look, sweeps } = await startSweeping(passed(seq))
    await sweeps(7)
    for (let n = 0; n < 61; n += 1) {
      await look(1, { first: undefined })
      clock.turn(1_000)
    }
    await sweeps(8)
    expect(await lastSeq()).toBe(seq)
    await sweeps(3)
    expect(await lastSeq()).toBe(seq + 1)
  })

  test('is not while its put may still write its record, and is that put’s afterwards', async () => {
    const { seq } = await leaveItem('a')
    const { sweeps } = await startSweeping(passed(seq))
    await sweeps(10)
    expect(await lastSeq()).toBe(seq)
    await sweeps(6)
    expect(await lastSeq()).toBe(seq + 1)
    // As the put does in the end: there must be none, and if there is, it must be of this item.
    await expect(kv.create(nonceKeyOf(headOf('a')), '{}')).rejects.toThrow('wrong last sequence')
    expect((await kv.get(nonceKeyOf(headOf('a'))))?.json()).toMatchObject({ state: 'held', seq })
    expect(await ledger()).toMatchObject({ received: 1, held: 1 })
  })

  test('is so when looks are three seconds apart, and its queue counts it wrongly', async () => {
    const seq = await leaveHeld()
    const { sweeps } = await startSweeping(passed(seq))
    await sweeps(61, 5, 3_000)
    expect(await lastSeq()).toBe(seq + 1)
  })

  test('does not wait for the end of what comes all the time', async () => {
    const seq = await leaveHeld()
    const { look } = await startSweeping(passed(seq))
    for (let n = 0; n < 14; n += 1) {
      await one.put(intakeOf(Array.from({ length: 150 }, (_, k) => `n${n}-${k}`)))
      await look(0)
      clock.turn(1_000)
    }
    const again = await jsm.streams.getMessage(names.items, { last_by_subj: names.subject.item(LANE, 'a') })
    expect(again?.seq).toBeGreaterThan(seq)
  })

  test('does not wait for what another lane has parked', async () => {
    await one.put(intakeOf(Array.from({ length: 300 }, (_, n) => `parked-${n}`)))
    await one.put(intakeOf([{ nonce: 'a', kind: 'interaction' }]))
    const parked = { delivered: 0, pending: 300, handedOut: 0 }
    const { sweeps } = await startSweeping({
      stands: { [LANE]: parked, [VISITS]: { delivered: 301, pending: 0, handedOut: 0 } },
    })
    await sweeps(12, 300)
    expect(await lastSeq()).toBe(302)
  })

  test('does not wait for one that cannot be looked up', async () => {
    await one.put(intakeOf(['bad', 'a']))
    const bad = nonceKeyOf({ kind: 'event', nonce: 'bad' })
    const { sweeps } = await startSweeping({
      ...passed(2),
      ground: ({ nonces }) => ({
        nonces: {
          ...nonces,
          read: (key) => (key === bad ? Promise.reject(new Error('no')) : nonces.read(key)),
        },
      }),
    })
    await sweeps(12)
    expect(await state()).toMatchObject({ messages: 2, last_seq: 3 })
  })
})

test('what is claimed is not delivered from where it lay, whoever is handed it', async () => {
  const seq = await leaveHeld()
  const claimed = { ...freshState(LANE), by: `a sweeper/sweep/${seq}/1` }
  await leaveRecord('a', claimed)
  await one.put(intakeOf(['b']))
  expect(await one.lease(LANE, 5)).toMatchObject([{ nonce: 'b' }])
})

test('what is done is taken off though its queues count it, and more, when it stays the oldest for half a minute', async () => {
  const [done, waiting] = [await leaveItem('a'), await leaveItem('b')]
  await leaveRecord('a', { state: 'delivered', at: 1 })
  const { finish, sweeps } = await startSweeping(passed(waiting.seq, 5))
  await sweeps(30, 5)
  expect(finish).not.toHaveBeenCalled()
  await sweeps(1, 5)
  expect(finish.mock.calls.map(([{ seq }]) => seq)).toEqual([done.seq])
  expect(await lastSeq()).toBe(waiting.seq)
})

describe('an interaction that its queue has passed by', () => {
  const putVisit = () => one.put(intakeOf([{ nonce: 'a', kind: 'interaction' }]))
  /** As soon as it has heard of the lane. */
  const leaseVisit = (outbox: Outbox) =>
    eventually(async () => {
      const [entry] = await outbox.lease(VISITS, 1)
      if (!entry) throw new Error('nothing to lease yet')
      return entry
    })
  const visitsPassed = (handedOut = 0): Beliefs => ({
    stands: { [VISITS]: { delivered: 1, pending: 0, handedOut } },
  })

  test('is delivered by one relay, though another has it in hand: that one’s mark comes too late', async () => {
    await putVisit()
    const inHand = await leaseVisit(other)
    const { sweeps } = await startSweeping(visitsPassed())
    await sweeps(12)
    const mark = settled(other, inHand.ref, { type: 'mark' })
    await expect(mark).rejects.toThrow('another relay has gone on with the item')
    expect(await one.lease(VISITS, 5)).toMatchObject([{ nonce: 'a', attempting: false }])
  })

  test('is put anew by one of two relays that see it at once', async () => {
    await putVisit()
    await leaseVisit(other)
    const [first, second] = [await startSweeping(visitsPassed()), await startSweeping(visitsPassed())]
    for (let n = 0; n < 12; n += 1) {
      await Promise.all([first.look(0), second.look(0)])
      clock.turn(1_000)
    }
    expect(await state()).toMatchObject({ messages: 1, last_seq: 2 })
    const entry = await leaseVisit(one)
    await settled(one, entry.ref, { type: 'mark' })
    expect([entry.attempting, await other.lease(VISITS, 5)]).toEqual([false, []])
  })
})
