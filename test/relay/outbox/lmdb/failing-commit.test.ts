import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openStore, type Store, type Table } from '../../../../packages/relay/src/outbox/lmdb/store.ts'
import type { NewEntry, Outbox, OutboxFull } from '../../../../packages/relay/src/outbox/outbox.ts'
import { makeLmdbFolder } from './lmdb-folder.ts'

const commits = { all: 0, failed: 0 }

const turns = async (count: number) => {
  for (let left = count; left > 0; left -= 1) await turn()
}

/** A transaction that is written as far as its commit, and then has no room: nothing of it is kept. */
const writtenInVain = async ({ tables }: Store, write: () => void): Promise<never> => {
  const all: Table[] = Object.values(tables)
  const nothing = async () => true
  for (const table of all) Object.assign(table, { put: nothing, remove: nothing, clearAsync: nothing })
  try {
    write()
  } finally {
    for (const table of all)
      for (const name of ['put', 'remove', 'clearAsync']) Reflect.deleteProperty(table, name)
  }
  await turns(4)
  commits.failed += 1
  throw Object.assign(new Error('No space left on device'), { code: 28 })
}

/** Every third commit fails. By hand: lmdb's own words for such an error outgrow the memory that it takes for them. */
const openFailing = (dir: string): Store => {
  const store = openStore(dir)
  const commit: Store['commit'] = (write) => {
    commits.all += 1
    return commits.all % 3 === 0 ? writtenInVain(store, write) : store.commit(write)
  }
  return { ...store, commit }
}

const LANES = ['event:a', 'event:b', 'event:c']

/** Puts until it is taken; tells how often it was refused. */
const putUntilTaken = async (outbox: Outbox, n: number): Promise<number> => {
  const entry: NewEntry = {
    index: 0,
    kind: 'event',
    nonce: `n${n}`,
    lane: LANES[n % 3] ?? '',
    fingerprint: n,
  }
  const intake = { record: Buffer.from(`${n} `.padEnd(9_000, '.')), entries: [entry], receivedAt: 1 }
  for (let refused = 0; ; refused += 1) {
    const outcome = await outbox.put(intake).catch((error: OutboxFull) => error.reason)
    if (Array.isArray(outcome)) {
      expect(outcome).toEqual(['accepted'])
      return refused
    }
    expect(outcome).toBe('storage')
    await turns(1 + (n % 3))
  }
}

test('commits that fail for want of room, with others run ahead of their end, leave each item there once', async () => {
  const folder = await makeLmdbFolder()
  onTestFinished(folder.dispose)
  const outbox = await folder.open({ openStore: openFailing })
  let next = 0
  let refused = 0
  const caller = async () => {
    while (next < 1_000) {
      const n = next
      next += 1
      const refusals = await putUntilTaken(outbox, n)
      refused += refusals
      // So that they do not all wait for the same commit.
      await turns(n % 5)
    }
  }
  await Promise.all(Array.from({ length: 40 }, caller))
  // Of each, the works it was made of; not those run ahead of its end.
  expect(commits.failed).toBeGreaterThan(10)
  expect(refused).toBeGreaterThanOrEqual(commits.failed)
  const held = (await Promise.all(outbox.lanes().map((lane) => outbox.lease(lane, 1_000)))).flat()
  const texts = held.map(({ nonce, record }) => [nonce, `n${Buffer.from(record).toString().split(' ')[0]}`])
  expect(new Set(texts.filter(([nonce, text]) => nonce === text).map(([nonce]) => nonce)).size).toBe(1_000)
  expect(held).toHaveLength(1_000)
  expect(LANES.map(outbox.heldIn)).toEqual([334, 333, 333])
  expect(outbox.ledger()).toMatchObject({ received: 1_000, held: 1_000, duplicates: 0 })
  expect(
    Array.from({ length: 1_000 }, (_, n) => outbox.fate(`n${n}`)?.state).filter((state) => state !== 'held'),
  ).toEqual([])
})
