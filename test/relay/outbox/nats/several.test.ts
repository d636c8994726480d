import { connect } from '@nats-io/transport-node'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Clock, systemClock } from '../../../../packages/relay/src/clock.ts'
import type { Outbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { eventually } from '../../../support/eventually.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { intakeOf, lettersOf, singleOf } from '../intakes.ts'
import { freshProject, openOn, useNatsServer } from './nats-ground.ts'

const server = useNatsServer()
const LANE = 'event:purchase'
let open: (clock?: Clock, query?: string) => Promise<Outbox>
let opened: Outbox[]
beforeEach(() => {
  const projectId = freshProject()
  opened = []
  open = async (clock = systemClock, query = 'lease=1') => {
    const outbox = await openOn(server(), { clock, projectId, single: singleOf, query })
    opened.push(outbox)
    return outbox
  }
})
afterEach(async () => void (await Promise.all(opened.map((outbox) => outbox.close()))))

const nonces = (entries: readonly { nonce: string }[]) => entries.map(({ nonce }) => nonce)
const leaseOne = async (outbox: Outbox, lane = LANE) => {
  const [entry] = await eventually(
    async () => {
      const entries = await outbox.lease(lane, 1)
      expect(entries).toHaveLength(1)
      return entries
    },
    { interval: 50 },
  )
  if (!entry) throw new Error('nothing is due')
  return entry
}

describe('several relays on one stream', () => {
  test('share what is put: each item is leased once, and what one puts the other hears of', async () => {
    const [one, other] = [await open(), await open()]
    const heard: string[] = []
    other.onWork((lane) => heard.push(lane))
    await one.put(intakeOf(['a', 'b', 'c', 'd']))
    await eventually(() => expect(heard).toContain(LANE))
    expect(nonces(await other.lease(LANE, 2))).toEqual(['a', 'b'])
    expect(nonces(await one.lease(LANE, 9))).toEqual(['c', 'd'])
  })

  test('know each other’s nonces, and count as one', async () => {
    const [one, other] = [await open(), await open()]
    await one.put(intakeOf(['a', 'b']))
    expect(await other.put(intakeOf(['a', { nonce: 'b', content: 'other' }, 'c']))).toEqual([
      'duplicate',
      'conflict',
      'accepted',
    ])
    const both = { received: 3, held: 3, duplicates: 1 }
    await eventually(() => expect([one.ledger(), other.ledger()]).toMatchObject([both, both]))
    expect([one.heldIn(LANE), other.heldIn(LANE)]).toEqual([3, 3])
  })

  test('that put the same at the same time accept it once', async () => {
    const relays = [await open(), await open(), await open()]
    const outcomes = await Promise.all(relays.map((relay) => relay.put(intakeOf(['a', 'b', 'c']))))
    expect(outcomes.flat().filter((outcome) => outcome === 'accepted')).toHaveLength(3)
    await eventually(() => expect(relays[0]?.ledger()).toMatchObject({ received: 3, held: 3, duplicates: 6 }))
  })

  test('take over from one that falls silent, and its late word changes nothing', async () => {
    const silent = await open(createTurnedClock(Date.now()))
    await silent.put(intakeOf([{ nonce: 'x', kind: 'interaction' }]))
    const entry = await leaseOne(silent, 'interaction:')
    const other = await open()
    const taken = await leaseOne(other, 'interaction:')
    await settled(other, taken.ref, { type: 'mark' })
    await expect(settled(silent, entry.ref, { type: 'mark' })).rejects.toThrow('another relay')
    await settled(other, taken.ref, { type: 'ack', upstreamId: 'up' })
    expect(await silent.fate('x')).toMatchObject({ state: 'delivered', upstreamId: 'up' })
  })

  test('bury what one that fell silent had begun to deliver, and a delivery told late is not undone', async () => {
    const silent = await open(createTurnedClock(Date.now()))
    await silent.put(intakeOf(['e', 'f', { nonce: 'x', kind: 'interaction' }]))
    const [early, late] = await silent.lease(LANE, 2)
    if (!early || !late) throw new Error('two events were put')
    const begun = await leaseOne(silent, 'interaction:')
    await settled(silent, begun.ref, { type: 'mark' })
    const other = await open()
    const doubtful = await leaseOne(other, 'interaction:')
    expect(doubtful.attempting).toBe(true)
    await settled(other, doubtful.ref, { type: 'bury', code: 'IN_DOUBT', message: '' })
    await settled(silent, begun.ref, { type: 'ack' })
    expect((await other.fate('x'))?.state).toBe('buried')
    const retry = { type: 'retry', dueAt: Date.now() + 9_000, triedMs: 0, counted: true } as const
    const [again, later] = [await leaseOne(other), await leaseOne(other)]
    await settled(silent, early.ref, { type: 'ack' })
    await settled(other, again.ref, retry)
    await settled(other, later.ref, retry)
    await settled(silent, late.ref, { type: 'ack' })
    expect([(await other.fate('e'))?.state, (await other.fate('f'))?.state]).toEqual([
      'delivered',
      'delivered',
    ])
    expect(nonces(await lettersOf(other))).toEqual(['x'])
  })

  test('keep alive what they have in hand, three times a lease, and nothing else', async () => {
    const clock = createTurnedClock(Date.now())
    const one = await open(clock, 'lease=30')
    const nc = await connect({ servers: server().host })
    onTestFinished(() => nc.close())
    const alive: string[] = []
    nc.subscribe('$JS.ACK.>', {
      callback(_, message) {
        if (message.string() === '+WPI') alive.push(message.subject)
      },
    })
    await nc.flush()
    await one.put(intakeOf(['a', 'b', 'c']))
    const [a] = await one.lease(LANE, 2)
    clock.turn(10_000)
    await eventually(() => expect(alive).toHaveLength(2))
    if (a) await settled(one, a.ref, { type: 'ack' })
    clock.turn(10_000)
    await eventually(() => expect(alive).toHaveLength(3))
    expect(new Set(alive).size).toBe(2)
  })

  test('get at once what one gives back as it leaves, and soon what it wants no more', async () => {
    const [one, other] = [await open(systemClock, 'lease=30'), await open(systemClock, 'lease=30')]
    await one.put(intakeOf(['a', 'b']))
    const entries = await one.lease(LANE, 2)
    one.release(entries.slice(0, 1).map(({ ref }) => ref))
    expect((await leaseOne(other)).nonce).toBe('a')
    await one.close()
    expect((await leaseOne(other)).nonce).toBe('b')
  })
})

describe('a server', () => {
  test('that is gone for a while costs nothing but time: puts are refused, and what was taken is all there', async () => {
    const clock = createTurnedClock()
    const outbox = await open(clock, 'lease=30')
    await outbox.put(intakeOf(['a']))
    await server().kill()
    const refused = expect(outbox.put(intakeOf(['b']))).rejects.toMatchObject({
      name: 'OutboxFull',
      reason: 'unreachable',
    })
    const turning = setInterval(() => clock.turn(1_000), 20)
    onTestFinished(() => clearInterval(turning))
    await refused
    await server().start()
    await eventually(async () => expect(await outbox.put(intakeOf(['b', 'a']))).toContain('duplicate'))
    const entries = await eventually(async () => {
      const leased = await outbox.lease(LANE, 5)
      expect(nonces(leased)).toEqual(['a', 'b'])
      return leased
    })
    for (const { ref } of entries) await settled(outbox, ref, { type: 'ack' })
    expect((await outbox.fate('b'))?.state).toBe('delivered')
  })

  test('whose stream is full refuses as a full disk does, and takes again once something is settled', async () => {
    const outbox = await open(systemClock, 'max_bytes=1048576')
    const large = (n: number) => outbox.put(intakeOf([{ nonce: `n${n}`, content: 'x'.repeat(100_000) }]))
    let taken = 0
    const fill = async () => {
      for (; taken < 50; taken += 1) await large(taken)
    }
    await expect(fill()).rejects.toMatchObject({ name: 'OutboxFull', reason: 'storage' })
    expect([taken > 5, taken < 15, await outbox.fate(`n${taken}`)]).toEqual([true, true, undefined])
    await settled(outbox, (await leaseOne(outbox)).ref, { type: 'ack' })
    expect(await large(taken)).toEqual(['accepted'])
  })
})
