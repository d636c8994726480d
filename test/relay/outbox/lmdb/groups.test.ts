import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LmdbOutboxOptions } from '../../../../packages/relay/src/outbox/lmdb/lmdb.ts'
import { openStore } from '../../../../packages/relay/src/outbox/lmdb/store.ts'
import type { LocalOutbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { createSeeded } from '../../../support/seeded.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { intakeOf } from '../intakes.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

const TYPES = ['purchase', 'view', 'cart']
const LANES = TYPES.map((type) => `event:${type}`)
/** More entries than one group takes, over three lanes, all put in one transaction. */
const BATCHES = 40
const ENTRIES = 30

let folder: LmdbFolder
let outbox: LocalOutbox
const clock = createTurnedClock()
const open = async (options: Partial<LmdbOutboxOptions> = {}) => {
  outbox = await folder.open({ clock, keepDeliveredMs: 0, ...options })
}
beforeEach(async () => {
  folder = await makeLmdbFolder()
  await open()
})
afterEach(() => folder.dispose())

const typeOf = (entry: number): string => TYPES[entry % TYPES.length] ?? ''
const batch = (number: number) =>
  intakeOf(
    Array.from({ length: ENTRIES }, (_, entry) => ({
      nonce: `b${number}-${entry}`,
      eventType: typeOf(entry),
    })),
  )
const putAll = () => Promise.all(Array.from({ length: BATCHES }, (_, number) => outbox.put(batch(number))))
const leaseAll = async (max: number) =>
  (await Promise.all(LANES.map((lane) => outbox.lease(lane, max)))).flat()

const shuffled = <T>(values: readonly T[]): T[] => {
  const random = createSeeded(3)
  return values
    .map((value) => [random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value)
}

const rowsOf = () => {
  const store = openStore(folder.dir)
  const { batches, units, delivered } = store.tables
  const rows = [batches, units, delivered].map((table) => table.getKeysCount({}))
  return store.close().then(() => rows)
}

test('entries of many batches put at once are leased in order, settled in any, and leave no row behind', async () => {
  await putAll()
  const first = [...(await leaseAll(70)), ...(await leaseAll(80))]
  await Promise.all(shuffled(first).map(({ ref }) => settled(outbox, ref, { type: 'ack' })))
  await outbox.close()
  await open()
  const rest = await leaseAll(BATCHES * ENTRIES)
  const nonces = [...first, ...rest].map(({ nonce }) => nonce)
  expect(new Set(nonces).size).toBe(BATCHES * ENTRIES)
  for (const lane of LANES) {
    const places = rest.filter((entry) => entry.lane === lane).map(({ ref }) => ref.seq * 1_000 + ref.index)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  }
  for (const some of [shuffled(rest).slice(0, 500), shuffled(rest).slice(500)])
    await Promise.all(some.map(({ ref }) => settled(outbox, ref, { type: 'ack' })))
  expect(outbox.ledger()).toMatchObject({ held: 0, delivered: BATCHES * ENTRIES })
  await outbox.close()
  expect(await rowsOf()).toEqual([0, 0, 0])
})

test('a batch stays for as long as one of its lanes holds an entry of it, and no longer', async () => {
  await putAll()
  const [kept, ...others] = await leaseAll(BATCHES * ENTRIES)
  if (!kept) throw new Error('something was put')
  await Promise.all(others.map(({ ref }) => settled(outbox, ref, { type: 'ack' })))
  await outbox.close()
  expect(await rowsOf()).toEqual([1, 1, 0])
  await open()
  expect(await leaseAll(9)).toMatchObject([{ nonce: kept.nonce, record: Buffer.from(kept.record) }])
})

test('what was delivered together can be asked for one by one, until its time is over', async () => {
  await outbox.close()
  await open({ keepDeliveredMs: 60_000 })
  await putAll()
  const entries = await leaseAll(BATCHES * ENTRIES)
  const settling = entries.map(({ ref, nonce }) =>
    settled(outbox, ref, { type: 'ack', upstreamId: `up-${nonce}` }),
  )
  await Promise.all(settling)
  for (const { nonce } of entries)
    expect(outbox.fate(nonce)).toMatchObject({ state: 'delivered', upstreamId: `up-${nonce}` })
})
