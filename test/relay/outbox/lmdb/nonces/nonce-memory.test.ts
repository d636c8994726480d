import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type NonceMemory,
  openNonceMemory,
} from '../../../../../packages/relay/src/outbox/lmdb/nonces/nonce-memory.ts'
import type { Remembered } from '../../../../../packages/relay/src/outbox/lmdb/nonces/row.ts'
import { readRuns } from '../../../../../packages/relay/src/outbox/lmdb/nonces/runs.ts'
import { createStage } from '../../../../../packages/relay/src/outbox/lmdb/stage.ts'
import { openStore, type Store } from '../../../../../packages/relay/src/outbox/lmdb/store.ts'
import { type NonceKey, nonceKey } from '../../../../../packages/relay/src/outbox/nonce-key.ts'
import { smallEntryOf } from './small-filter.ts'

/** So few that every few transactions a run is begun, or merged, and none has a filter for long. */
const SIZES = { gathered: 8, room: 10, pageRows: 2, fan: 3, most: 5, filterBytes: 4_096 }

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wmkt-nonces-'))
})
afterEach(() => rm(dir, { recursive: true }))

const keyOf = (name: string): NonceKey => {
  const key = nonceKey('event', name)
  if (!key) throw new Error(`${name} is no nonce`)
  return key
}
const rememberedAt = (seq: number, index: number): Remembered => ({
  fingerprint: seq * 2 ** 32 + index,
  seq,
  index,
})

/** The nonce memory on a disk, beside what it ought to say. */
const openRig = async (folder: string, sizes = SIZES) => {
  let store: Store = openStore(folder)
  let memory: NonceMemory = openNonceMemory(store.tables, sizes)
  let [current, older] = [new Map<string, Remembered>(), new Map<string, Remembered>()]
  let generation = 0
  let seq = 0

  const transact = async (names: readonly string[], { rotate = false, fails = false } = {}) => {
    seq += 1
    const changes = memory.begin(generation)
    const added = new Map(names.map((name, index) => [name, rememberedAt(seq, index)]))
    if (rotate) changes.rotate()
    for (const [name, remembered] of added) changes.remember(keyOf(name), remembered)
    for (const [name, remembered] of added) expect(changes.recall(keyOf(name))).toEqual(remembered)
    const stage = createStage()
    changes.write(stage, seq)
    if (fails) return
    await store.commit(stage.write)
    changes.settle()
    if (rotate) {
      ;[current, older] = [new Map(), current]
      generation = 1 - generation
    }
    for (const [name, remembered] of added) current.set(name, remembered)
  }
  return {
    transact,
    recall: (name: string) => memory.recall(generation, keyOf(name)),
    expected: (name: string) => current.get(name) ?? older.get(name),
    rowsOfJournal: () => store.tables.journal.getKeysCount({}),
    runs: () => readRuns(store.tables).runs,
    pages: () => store.tables.noncePages.getKeysCount({}),
    async reopen() {
      await store.close()
      store = openStore(folder)
      memory = openNonceMemory(store.tables, sizes)
    },
    /** As a relay of before would have written it: small filters, and heads that do not say so. */
    writeAsBefore: () => store.commit(() => shrinkFilters(store)),
    close: () => store.close(),
  }
}

/** Of every run. */
const shrinkFilters = ({ tables: { nonceRuns, noncePages } }: Store): void => {
  const entries: Buffer[] = []
  for (const { key, value } of [...nonceRuns.getRange()]) {
    const [run, part] = [key.readUInt32BE(0), key.readUInt32BE(4)]
    if (part === HEAD) void nonceRuns.put(key, value.subarray(0, HEAD_BYTES_BEFORE))
    else {
      const pages = [...noncePages.getRange({ start: runKey(run), end: runKey(run + 1) })]
      const small = pages.map(({ value }) => smallEntryOf(Buffer.from(value)))
      void nonceRuns.put(key, Buffer.concat(small.slice(part * CHUNK_PAGES, (part + 1) * CHUNK_PAGES)))
      entries.push(...small)
    }
  }
  expect(entries.length).toBeGreaterThan(10)
}
const [HEAD, HEAD_BYTES_BEFORE, CHUNK_PAGES] = [0xffff_ffff, 40, 64]
const runKey = (run: number): Buffer => {
  const key = Buffer.alloc(8)
  key.writeUInt32BE(run)
  return key
}

const NAMES = Array.from({ length: 60 }, (_, n) => `nonce-${(n * 37) % 60}`)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('put'), names: fc.subarray(NAMES, { maxLength: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('fail'), names: fc.subarray(NAMES, { maxLength: 5 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('rotate'), names: fc.subarray(NAMES, { maxLength: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen'), names: fc.constant([]) }) },
)

test('through moves, failed transactions, turns and restarts it says what was put last', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      run += 1
      const rig = await openRig(join(dir, `run-${run}`))
      for (const { do: what, names } of steps) {
        if (what === 'reopen') await rig.reopen()
        else await rig.transact(names, { rotate: what === 'rotate', fails: what === 'fail' })
        for (const name of NAMES) expect(rig.recall(name)).toEqual(rig.expected(name))
      }
      await rig.close()
    }),
    { numRuns: 25 },
  )
}, 60_000)

test('gathered nonces become runs, runs are merged, and neither journal nor pages grow with what is repeated', async () => {
  const rig = await openRig(join(dir, 'moves'))
  for (let n = 0; n < 200; n += 1) await rig.transact([`n${n}`])
  const inRuns = () => rig.runs().reduce((sum, { rows }) => sum + rows, 0)
  expect(inRuns()).toBeGreaterThan(180)
  expect(rig.runs().length).toBeLessThan(10)
  expect(Math.max(...rig.runs().map(({ level }) => level))).toBeGreaterThanOrEqual(2)
  expect(rig.rowsOfJournal()).toBeLessThanOrEqual(3 * SIZES.gathered)
  expect(rig.pages()).toBeLessThan(200)
  await rig.reopen()
  for (let n = 0; n < 200; n += 1) expect(rig.recall(`n${n}`)?.seq).toBe(n + 1)
  await rig.close()
})

test('runs of before, with smaller filters, are read and merged on', async () => {
  const rig = await openRig(join(dir, 'before'), { ...SIZES, pageRows: 1, filterBytes: 2 ** 20 })
  for (let n = 0; n < 300; n += 1) await rig.transact([`n${n}`])
  expect(Math.max(...rig.runs().map(({ index }) => index.pages))).toBeGreaterThan(CHUNK_PAGES)
  await rig.writeAsBefore()
  await rig.reopen()
  for (let n = 0; n < 300; n += 1) expect(rig.recall(`n${n}`)?.seq).toBe(n + 1)
  for (let n = 300; n < 400; n += 1) await rig.transact([`n${n}`])
  await rig.reopen()
  for (let n = 0; n < 400; n += 1) expect(rig.recall(`n${n}`)?.seq).toBe(n + 1)
  expect(rig.recall('n400')).toBeUndefined()
  await rig.close()
})

test('runs that lie apart, as nonces of their time do, are left alone until they are many', async () => {
  const rig = await openRig(join(dir, 'apart'))
  const uuidAt = (n: number) => `${(1_764_000_000_000 + n).toString(16).padStart(12, '0')}`
  const nonceAt = (n: number) => uuidAt(n).replace(/(.{8})(.{4})/, '$1-$2-7000-8000-000000000000')
  const levels = () => rig.runs().map(({ level }) => level)
  for (let n = 0; levels().length < SIZES.most - 1; n += 1) await rig.transact([nonceAt(n)])
  expect(levels()).toEqual([0, 0, 0, 0])
  for (let n = 1_000; !levels().includes(1); n += 1) await rig.transact([nonceAt(n)])
  await rig.reopen()
  expect(rig.recall(nonceAt(0))?.seq).toBe(1)
  expect(rig.recall(nonceAt(999))).toBeUndefined()
  await rig.close()
})

test('what a forgotten generation left on disk is erased, also when the relay was ended in between', async () => {
  const rig = await openRig(join(dir, 'erased'))
  for (let n = 0; n < 100; n += 1) await rig.transact([`n${n}`])
  await rig.transact([], { rotate: true })
  await rig.transact([], { rotate: true })
  await rig.reopen()
  expect(rig.recall('n5')).toBeUndefined()
  for (let n = 0; n < 7; n += 1) await rig.transact([`m${n}`])
  for (let n = 0; n < 20; n += 1) await rig.transact([])
  expect([rig.pages(), rig.runs().length]).toEqual([0, 0])
  await rig.close()
})
