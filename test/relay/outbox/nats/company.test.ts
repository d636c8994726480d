import { connect } from '@nats-io/transport-node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../../packages/relay/src/clock.ts'
import { createForwarder } from '../../../../packages/relay/src/forward/forwarder.ts'
import { laneOf } from '../../../../packages/relay/src/outbox/lane.ts'
import { namesOf } from '../../../../packages/relay/src/outbox/nats/names.ts'
import type { Company, Outbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { eventually } from '../../../support/eventually.ts'
import { createMemoryOutbox } from '../../../support/memory-outbox.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { createRig, createTokens, event } from '../../forward/rig.ts'
import { startScriptedUpstream } from '../../forward/scripted-upstream.ts'
import { freshProject, openOn, useNatsServer } from './nats-ground.ts'

const server = useNatsServer()

const openTwo = async () => {
  const projectId = freshProject()
  const open = async (clock = systemClock) => {
    const outbox = await openOn(server(), { clock, projectId })
    onTestFinished(outbox.close)
    return outbox
  }
  return { one: await open(), other: await open(), open, projectId }
}
const sizeOf = (outbox: Outbox) => outbox.company?.size()

describe('relays on one outbox', () => {
  test('know how many they are: who comes, who leaves, and who falls silent', async () => {
    const { one, other, open } = await openTwo()
    await eventually(() => expect([sizeOf(one), sizeOf(other)]).toEqual([2, 2]))
    const clock = createTurnedClock(Date.now())
    const third = await open(clock)
    await eventually(() => expect([sizeOf(one), sizeOf(third)]).toEqual([3, 3]))
    await other.close()
    await eventually(() => expect([sizeOf(one), sizeOf(third)]).toEqual([2, 2]))
    clock.turn(7_001)
    expect(sizeOf(third)).toBe(1)
  })

  test('may come and go while others beat, and heed no noise on their subject', async () => {
    const { one, open, projectId } = await openTwo()
    const nc = await connect({ servers: server().host })
    onTestFinished(() => nc.close())
    const subject = namesOf('wmkt', projectId).hints
    for (let n = 0; n < 200; n += 1)
      nc.publish(subject, n % 2 ? 'noise' : JSON.stringify({ from: 'other', lanes: [] }))
    const third = open()
    for (let n = 0; n < 2_000; n += 1) nc.publish(subject, JSON.stringify({ from: 'other', lanes: [] }))
    expect(await (await third).put({ record: new Uint8Array(1), entries: [], receivedAt: 0 })).toEqual([])
    await eventually(() => expect(sizeOf(one)).toBe(4))
  })

  test('hear of each other’s pauses, also those who come later, and not of those that are over', async () => {
    const { one, other, open } = await openTwo()
    const heard: unknown[] = []
    other.company?.onPause((...pause) => heard.push(pause))
    const until = Date.now() + 60_000
    one.company?.tellPause('event:a b', until)
    one.company?.tellPause('event:over', Date.now() - 1)
    await eventually(() => expect(heard).toEqual([['event:a b', until]]))
    const late: unknown[] = []
    const third = await open()
    third.company?.onPause((...pause) => late.push(pause))
    await eventually(() => expect(late).toEqual([['event:a b', until]]))
  })
})

describe('forwarders on one outbox', () => {
  test('pause together when the upstream asks one of them to', async () => {
    const { one, other } = await openTwo()
    const upstream = await startScriptedUpstream(Date.now)
    onTestFinished(upstream.close)
    const told = [one, other].map((outbox) => new Promise((resolve) => outbox.company?.onPause(resolve)))
    let asked = 0
    upstream.fallback(() => {
      asked += 1
      return asked === 1 ? { status: 429, headers: { 'retry-after': '2' } } : {}
    })
    for (const outbox of [one, other]) {
      const forwarder = createForwarder({
        outbox,
        open: (record) => {
          const items = JSON.parse(Buffer.from(record).toString())
          return { itemAt: (place) => items[place], plainAt: () => undefined, isReadable: () => true }
        },
        tokens: createTokens().source,
        projectId: 'demo-shop',
        apiUrl: upstream.apiUrl,
        concurrency: 8,
        clock: systemClock,
        random: () => 0.5,
        log: silentLog,
        stopMs: 100,
      })
      onTestFinished(forwarder.stop)
      forwarder.start()
    }
    const put = (nonce: string) =>
      one.put({
        record: Buffer.from(JSON.stringify([event(nonce)])),
        entries: [
          {
            index: 0,
            kind: 'event',
            nonce,
            lane: laneOf('event', 'purchase'),
            fingerprint: 0,
          },
        ],
        receivedAt: Date.now(),
      })
    await put('first')
    await eventually(() => expect(upstream.seen).toHaveLength(1))
    const pausedAt = upstream.seen[0]?.at ?? 0
    await Promise.race(told)
    for (let n = 0; n < 10; n += 1) await put(`n${n}`)
    await eventually(() => expect(upstream.stored.size).toBe(11))
    const early = upstream.seen.slice(1).filter(({ at }) => at < pausedAt + 1_990)
    expect(early).toEqual([])
    expect([...upstream.stored.values()].every((times) => times === 1)).toBe(true)
  })

  test('share the concurrency: what one alone may have in flight, all have together', async () => {
    const clock = systemClock
    const company: Company = { size: () => 4, tellPause: () => {}, onPause: () => () => {} }
    const outbox = { ...createMemoryOutbox({ clock }), company }
    const rig = await createRig({ outbox, concurrency: 8, clock })
    rig.upstream.fallback(() => ({ delayMs: 100 }))
    rig.forwarder.start()
    await rig.put(...Array.from({ length: 12 }, (_, n) => event(`n${n}`)))
    let most = 0
    await eventually(
      () => {
        most = Math.max(most, rig.forwarder.status().inFlight)
        expect(rig.upstream.stored.size).toBe(12)
      },
      { interval: 5 },
    )
    expect(most).toBe(2)
  })
})
