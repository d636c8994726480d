import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  laneOf,
  MAX_NAMED_LANES,
  OVERFLOW_LANES,
  overflowLaneOf,
} from '../../../../packages/relay/src/outbox/lane.ts'
import { MAX_WAITING } from '../../../../packages/relay/src/outbox/lmdb/leases.ts'
import type { LocalOutbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { createTurnedClock, type TurnedClock } from '../../../support/turned-clock.ts'
import { intakeOf } from '../intakes.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

let folder: LmdbFolder
let clock: TurnedClock
let outbox: LocalOutbox
beforeEach(async () => {
  folder = await makeLmdbFolder()
  clock = createTurnedClock()
  outbox = await folder.open({ clock, keepDeliveredMs: 0 })
})
afterEach(() => folder.dispose())

const named = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({ nonce: `${prefix}-${at}`, eventType: `${prefix} ${at}` }))
const putAll = async (wanted: { nonce: string; eventType: string }[]) => {
  for (let at = 0; at < wanted.length; at += 100) await outbox.put(intakeOf(wanted.slice(at, at + 100)))
}
const drain = async () => {
  const entries = await Promise.all(outbox.lanes().map((lane) => outbox.lease(lane, 10_000)))
  await Promise.all(entries.flat().map(({ ref }) => settled(outbox, ref, { type: 'ack' })))
}

test('a lane is named after kind and event type', () => {
  expect(laneOf('event', 'purchase')).toBe('event:purchase')
  expect(laneOf('interaction')).toBe('interaction:')
  expect(overflowLaneOf('event:a:b')).toMatch(/^event:\*\d+$/)
})

describe('event types that a stranger makes up', () => {
  test('share a bounded number of lanes, and every entry is delivered all the same', async () => {
    await putAll(named('made-up', 3_000))
    expect(outbox.lanes().length).toBeGreaterThan(MAX_NAMED_LANES)
    expect(outbox.lanes().length).toBeLessThanOrEqual(MAX_NAMED_LANES + OVERFLOW_LANES)
    await drain()
    expect(outbox.ledger()).toMatchObject({ received: 3_000, delivered: 3_000, held: 0 })
    expect(outbox.lanes()).toEqual([])
  })

  test('leave nothing behind: a drained lane is forgotten and its place taken by another', async () => {
    for (const round of ['one', 'two', 'three']) {
      await putAll(named(round, MAX_NAMED_LANES))
      expect(outbox.lanes().every((lane) => lane.startsWith(`event:${round}`))).toBe(true)
      await drain()
    }
    expect(outbox.lanes()).toEqual([])
  })

  test('are found again after a restart in the lanes they were put in', async () => {
    await putAll(named('made-up', 1_500))
    const lanes = [...outbox.lanes()].sort()
    await outbox.close()
    outbox = await folder.open({ clock, keepDeliveredMs: 0 })
    expect([...outbox.lanes()].sort()).toEqual(lanes)
    await drain()
    expect(outbox.ledger()).toMatchObject({ delivered: 1_500, held: 0 })
  })
})

test('a lane with very many entries waiting leases nothing new until some are due', async () => {
  const wanted = Array.from({ length: MAX_WAITING + 200 }, (_, at) => ({ nonce: `w-${at}`, eventType: 'a' }))
  await putAll(wanted)
  const leaseAndWait = async () => {
    const entries = await outbox.lease('event:a', 100)
    const retry = { type: 'retry', dueAt: clock.now() + 60_000, triedMs: 0, counted: true } as const
    await Promise.all(entries.map(({ ref }) => settled(outbox, ref, retry)))
    return entries.length
  }
  for (let leased = 0; leased < MAX_WAITING; ) leased += await leaseAndWait()
  expect(await leaseAndWait()).toBe(0)
  await outbox.put(intakeOf([{ nonce: 'other', eventType: 'b' }]))
  expect(await outbox.lease('event:b', 1)).toHaveLength(1)
  clock.turn(60_000)
  const due = await outbox.lease('event:a', 2_000)
  expect(due.map(({ nonce }) => nonce)).toEqual(wanted.map(({ nonce }) => nonce))
})
