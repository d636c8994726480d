import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LmdbOutbox } from '../../../../packages/relay/src/outbox/lmdb/lmdb.ts'
import { openStore } from '../../../../packages/relay/src/outbox/lmdb/store.ts'
import type { LeasedEntry } from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { eventually } from '../../../support/eventually.ts'
import { createTurnedClock, type TurnedClock } from '../../../support/turned-clock.ts'
import { eraseAll, intakeOf, pickerOf, singleOf, type Wanted } from '../intakes.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

const LANE = 'event:purchase'
const HOUR_MS = 3_600_000

let folder: LmdbFolder
let clock: TurnedClock
let outbox: LmdbOutbox
const open = async (isTold = true) => {
  await outbox?.close()
  outbox = await folder.open({ clock, single: singleOf, isTold, keepDeliveredMs: HOUR_MS })
}
beforeEach(async () => {
  folder = await makeLmdbFolder()
  clock = createTurnedClock()
  await open()
})
afterEach(() => folder.dispose())

const lease = async (count: number, lane = LANE): Promise<LeasedEntry[]> => outbox.lease(lane, count)
const deliver = async (...wanted: (Wanted | string)[]) => {
  await outbox.put(intakeOf(wanted))
  const entries = await lease(wanted.length)
  await Promise.all(
    entries.map(({ ref, nonce }) => settled(outbox, ref, { type: 'ack', upstreamId: `u-${nonce}` })),
  )
}
const untold = (most = 1_000) => outbox.untold?.read(most) ?? { deliveries: [], upTo: 0 }
const nonces = (most?: number) => untold(most).deliveries.map(({ nonce }) => nonce)

/** A round is over once a transaction that came after it is. */
const turnOfJanitor = async () => {
  clock.turn(1_000)
  await outbox.put(intakeOf(['again']))
}
const rowsLeft = async (): Promise<number> => {
  await outbox.close()
  const store = openStore(folder.dir)
  const count = store.tables.untold.getKeysCount({})
  await store.close()
  return count
}

test('what is delivered is listed in order, with its id, its time and its place in the record, after a restart too', async () => {
  await deliver('a', 'b')
  const at = clock.now()
  clock.turn(1_000)
  await outbox.put(intakeOf([{ nonce: 'v', kind: 'interaction' }]))
  const [interaction] = await lease(1, 'interaction:')
  if (interaction) await settled(outbox, interaction.ref, { type: 'ack' })
  await open()
  const { deliveries } = untold()
  expect(deliveries.map(({ record, ...one }) => [one, JSON.parse(Buffer.from(record).toString())])).toEqual([
    [
      { kind: 'event', nonce: 'a', upstreamId: 'u-a', deliveredAt: at, index: 0 },
      [{ nonce: 'a' }, { nonce: 'b' }],
    ],
    [{ kind: 'event', nonce: 'b', upstreamId: 'u-b', deliveredAt: at, index: 1 }, expect.anything()],
    [{ kind: 'interaction', nonce: 'v', deliveredAt: at + 1_000, index: 0 }, expect.anything()],
  ])
  expect(outbox.untold?.oldestAt()).toBe(at)
})

test('what is told is crossed out for good, and nothing that came meanwhile', async () => {
  await deliver('a')
  await deliver('b')
  const { deliveries, upTo } = untold(1)
  expect(deliveries).toHaveLength(1)
  await deliver('c')
  await outbox.untold?.crossOut(upTo)
  expect(nonces()).toEqual(['b', 'c'])
  await open()
  expect(nonces()).toEqual(['b', 'c'])
})

test('a clock that is set back changes nothing of the order', async () => {
  await deliver('a')
  clock.turn(-30 * 60_000)
  await deliver('b')
  expect(nonces()).toEqual(['a', 'b'])
  await outbox.untold?.crossOut(untold(1).upTo)
  expect(nonces()).toEqual(['b'])
})

test('a dead letter that is redriven and delivered is listed then', async () => {
  await outbox.put(intakeOf(['a', 'b']))
  const [first] = await lease(1)
  if (first) await settled(outbox, first.ref, { type: 'bury', code: 'X', message: 'x' })
  expect(nonces()).toEqual([])
  await outbox.redrive('a')
  for (const { ref } of await lease(2)) await settled(outbox, ref, { type: 'ack' })
  expect(nonces().sort()).toEqual(['a', 'b'])
})

test('what is erased is still listed, its record without it', async () => {
  await deliver('mona', 'other')
  await eraseAll(outbox, pickerOf('mona'))
  const [mona] = untold().deliveries
  expect(mona?.nonce).toBe('mona')
  expect(Buffer.from(mona?.record ?? []).toString()).toBe('[{"nonce":""},{"nonce":"other"}]')
})

test('what nobody was told of while it was kept is crossed out, also once nobody is to be told any more', async () => {
  for (let n = 0; n < 20; n += 1) await deliver(`a${n}`)
  clock.turn(HOUR_MS - 5_000)
  await deliver('late')
  expect(nonces()).toHaveLength(21)
  await open(false)
  expect(outbox.untold).toBeUndefined()
  await deliver('unheard')
  await eventually(
    async () => {
      clock.turn(1_000)
      expect(outbox.fate('a19')).toEqual({ state: 'settled' })
    },
    { interval: 5 },
  )
  // What a round of the janitor's removes it finds gone in the next one.
  for (let round = 0; round < 3; round += 1) await turnOfJanitor()
  expect(await rowsLeft()).toBe(1)
  await open()
  expect(nonces()).toEqual(['late'])
})
