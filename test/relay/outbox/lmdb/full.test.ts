import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isBalanced } from '../../../../packages/relay/src/outbox/ledger.ts'
import { openStore, type Store } from '../../../../packages/relay/src/outbox/lmdb/store.ts'
import type { LocalOutbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { intakeOf } from '../intakes.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

const LANE = 'event:purchase'
let folder: LmdbFolder
beforeEach(async () => {
  folder = await makeLmdbFolder()
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(async () => {
  await folder.dispose()
  vi.restoreAllMocks()
})

let made = 0
const putLarge = (outbox: LocalOutbox) => {
  made += 1
  return outbox.put({ ...intakeOf([`large-${made}`]), record: Buffer.alloc(20_000, 'x') })
}
/** Puts until the store refuses. Returns how many it took. */
const fill = async (outbox: LocalOutbox): Promise<number> => {
  for (let taken = 0; ; taken += 1) {
    try {
      await putLarge(outbox)
    } catch (error) {
      expect(error).toMatchObject({ name: 'OutboxFull', reason: 'storage' })
      return taken
    }
  }
}
const ackAll = async (outbox: LocalOutbox) => {
  for (const { ref } of await outbox.lease(LANE, 1_000)) await settled(outbox, ref, { type: 'ack' })
}

test('a full store refuses, keeps what it took, and takes again once there is room, with no restart', async () => {
  const onFatal = vi.fn()
  const outbox = await folder.open({ maxBytes: 2 ** 21, keepDeliveredMs: 0, onFatal })
  for (let round = 0; round < 3; round += 1) {
    const before = outbox.ledger()
    const taken = await fill(outbox)
    expect(taken).toBeGreaterThan(20)
    expect(outbox.ledger()).toEqual({
      ...before,
      received: before.received + taken,
      held: taken,
    })
    expect(outbox.fate(`large-${made}`)).toBeUndefined()
    await ackAll(outbox)
    expect(outbox.ledger().held).toBe(0)
  }
  expect(isBalanced(outbox.ledger())).toBe(true)
  expect(onFatal).not.toHaveBeenCalled()
})

test('a refused nonce leaves no trace: sent again later, it is accepted', async () => {
  const outbox = await folder.open({ maxBytes: 2 ** 21, keepDeliveredMs: 0 })
  await fill(outbox)
  await ackAll(outbox)
  expect(await outbox.put(intakeOf([`large-${made}`]))).toEqual(['accepted'])
})

test('of many at the same time, those are taken that fit, and the rest are refused', async () => {
  const outbox = await folder.open({ maxBytes: 2 ** 21, keepDeliveredMs: 0 })
  const answers = await Promise.allSettled(Array.from({ length: 200 }, () => putLarge(outbox)))
  const refused = answers.filter(({ status }) => status === 'rejected')
  expect(refused.length).toBeGreaterThan(100)
  expect(refused.length).toBeLessThan(200)
  expect(outbox.ledger().held).toBe(200 - refused.length)
})

test('a full store is reopened with all it holds', async () => {
  const outbox = await folder.open({ maxBytes: 2 ** 21 })
  const taken = await fill(outbox)
  await outbox.close()
  const again = await folder.open({ maxBytes: 2 ** 21 })
  expect(again.ledger()).toMatchObject({ received: taken, held: taken })
  expect(await again.lease(LANE, 1_000)).toHaveLength(taken)
})

test('what the disk has no room for at this moment is not even begun, and is done once there is', async () => {
  let [free, commits] = [2 ** 30, 0]
  const openCounting = (dir: string): Store => {
    const store = openStore(dir)
    const commit: Store['commit'] = (write) => {
      commits += 1
      return store.commit(write)
    }
    const space = () => ({ ...store.space(), free })
    return { ...store, commit, space, free: () => free }
  }
  const outbox = await folder.open({ openStore: openCounting })
  await outbox.put(intakeOf(['a', 'b']))
  const [entry] = await outbox.lease(LANE, 1)
  // Gone within a second, after a look that saw it.
  free = 0
  const before = commits
  const full = { name: 'OutboxFull', reason: 'storage' }
  await expect(putLarge(outbox)).rejects.toMatchObject(full)
  await expect(entry && settled(outbox, entry.ref, { type: 'ack' })).rejects.toMatchObject(full)
  expect(commits).toBe(before)
  free = 2 ** 30
  await (entry && settled(outbox, entry.ref, { type: 'ack' }))
  await putLarge(outbox)
  expect(outbox.ledger()).toMatchObject({ received: 3, delivered: 1, held: 2 })
})
