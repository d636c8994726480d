import { expect, test } from 'vitest'
import { makeLaneState } from '../../../packages/relay/src/forward/lane-state.ts'
import { createSupply, type Supply } from '../../../packages/relay/src/forward/supply.ts'
import type { EntryRef, LeasedEntry, Outbox } from '../../../packages/relay/src/outbox/outbox.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const CONCURRENCY = 64
const WHOLE_STOCK = 4 * CONCURRENCY

const entryOf = (ref: EntryRef): LeasedEntry => ({
  ...{ ref, kind: 'event', nonce: `${ref.lane} ${ref.seq}`, lane: ref.lane, index: 0 },
  ...{ record: Buffer.alloc(0), attempts: 0, triedMs: 0, attempting: false },
})

/** A supply over an outbox that has so many entries in each lane, and what of them is leased. */
const make = (held = 100_000) => {
  const leased = new Map<string, number>()
  const outbox = {
    async lease(lane: string, max: number) {
      const before = leased.get(lane) ?? 0
      const count = Math.min(max, held - before)
      leased.set(lane, before + count)
      return Array.from({ length: count }, (_, at) => entryOf({ lane, seq: before + at, index: 0 }))
    },
    release: () => {},
  } as Partial<Outbox> as Outbox
  const seams = { outbox, clock: createManualClock(), log: silentLog }
  const tried = new Map<string, number>()
  const supply: Supply = createSupply({
    ...seams,
    concurrency: CONCURRENCY,
    closed: () => false,
    onSupply: (lane) => supply.fill(lane),
    triedIn: ({ lane }) => tried.get(lane) ?? 0,
  })
  const laneOf = (name: string) => {
    const lane = makeLaneState(name, CONCURRENCY)
    lane.window = { ...lane.window, size: CONCURRENCY }
    return lane
  }
  /** Draws on them in turn, as often as is said. */
  const draw = async (lanes: readonly ReturnType<typeof laneOf>[], times: number) => {
    for (let turn = 0; turn < times; turn += 1)
      for (const lane of lanes) {
        lane.ready.shift()
        supply.fill(lane)
        await Promise.resolve()
      }
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { supply, laneOf, draw, tried, outbox, clock: seams.clock }
}

const stockOf = (lanes: readonly { ready: readonly unknown[] }[]): number =>
  lanes.reduce((sum, { ready }) => sum + ready.length, 0)

test('a lane alone has the whole stock', async () => {
  const { laneOf, draw } = make()
  const lane = laneOf('event:purchase')
  await draw([lane], 1)
  expect(lane.ready).toHaveLength(WHOLE_STOCK)
})

test.each([2, 40, 1_000])('%i lanes share it, and none has nothing', async (count) => {
  const { laneOf, draw } = make()
  const lanes = Array.from({ length: count }, (_, at) => laneOf(`event:${at}`))
  await draw(lanes, 300)
  expect(stockOf(lanes)).toBeLessThanOrEqual(WHOLE_STOCK + 2 * count)
  expect(Math.min(...lanes.map(({ ready }) => ready.length))).toBeGreaterThan(0)
})

test('a lane that has run dry leaves its share to the others', async () => {
  const { laneOf, draw } = make(200)
  const [first, last] = [laneOf('event:first'), laneOf('event:last')]
  await draw([first, last], 1)
  expect(last.ready).toHaveLength(WHOLE_STOCK / 2)
  await draw([first], 300)
  expect(first.ready).toEqual([])
  const third = laneOf('event:third')
  await draw([third], 1)
  expect(third.ready).toHaveLength(WHOLE_STOCK / 2)
})

test('a lane on trial has eight to choose from besides those tried in vain, however many lanes there are', async () => {
  const { supply, laneOf, draw, tried } = make()
  await draw(
    Array.from({ length: 200 }, (_, at) => laneOf(`event:${at}`)),
    1,
  )
  const lane = laneOf('event:tried')
  lane.gate = { state: 'trial', code: 'NOT_FOUND', since: 0, probes: 1 }
  tried.set('event:tried', 5)
  supply.fill(lane)
  await new Promise((resolve) => setImmediate(resolve))
  expect(lane.ready).toHaveLength(8 + 5)
})

test('a lease that failed is taken again, whatever its lane goes through meanwhile', async () => {
  const { supply, laneOf, outbox, clock } = make()
  const { lease } = outbox
  let failed = 0
  outbox.lease = () => {
    failed += 1
    return Promise.reject(new Error('no lease'))
  }
  const lane = laneOf('event:purchase')
  const ask = async () => {
    supply.fill(lane)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await ask()
  for (let times = 5; times > 0; times -= 1) {
    clock.advance(100)
    supply.stir(lane)
    await ask()
  }
  expect(failed).toBe(6)
  supply.arm(lane)
  // However often it failed, it is asked again once a second.
  for (let tenths = 30; tenths > 0; tenths -= 1) {
    clock.advance(100)
    await ask()
  }
  expect(failed).toBe(9)
  outbox.lease = lease
  clock.advance(1_000)
  await ask()
  expect(lane.ready).toHaveLength(WHOLE_STOCK)
})

test('what was tried in vain does not count as stock', async () => {
  const { supply, laneOf, tried } = make()
  const lane = laneOf('event:tried')
  lane.window = { ...lane.window, size: 2 }
  tried.set('event:tried', 20)
  supply.fill(lane)
  await new Promise((resolve) => setImmediate(resolve))
  expect(lane.ready).toHaveLength(20 + 8)
  lane.ready.length = 20
  supply.fill(lane)
  await new Promise((resolve) => setImmediate(resolve))
  expect(lane.ready).toHaveLength(20 + 8)
})
