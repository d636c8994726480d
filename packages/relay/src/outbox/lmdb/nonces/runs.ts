import { KEY_BYTES, keyBytes, type NonceKey, readKey } from '../../nonce-key.ts'
import type { Stage } from '../stage.ts'
import type { Table } from '../store.ts'
import { pagedSource, type RowSource } from './merge.ts'
import {
  createRunIndex,
  FILTER_BYTES,
  PAGE_ENTRY_BYTES,
  type RunIndex,
  SMALL_FILTER_BYTES,
} from './page-index.ts'
import { bytesOf, compareWith, lastNotAfter, ROW_BYTES, type Rows, rowsOver } from './row.ts'

/** What is known of a run beside its rows. */
export type RunHead = {
  id: number
  /** Of its nonces: 0 or 1. */
  generation: number
  /** How often its rows were merged. */
  level: number
  /** Runs in order of age: a greater one holds newer rows. */
  born: number
  rows: number
  lastKey: NonceKey
}

/** Nonces on disk, in order of their keys: pages that never change, and an index of them in memory. */
export type Run = RunHead & { index: RunIndex }

/** Written out, for all to be of one shape: code that looks through runs would else be compiled anew with each. */
export const runOf = ({ id, generation, level, born, rows, lastKey }: RunHead, index: RunIndex): Run => ({
  id,
  generation,
  level,
  born,
  rows,
  lastKey,
  index,
})

/** Rows on a page: with LMDB's own head, four pages of the file. */
export const PAGE_ROWS = 495
/** Entries of the index in one row of the table. */
const CHUNK_PAGES = 64
/** The row that says a run is whole; after all parts of its index. */
const HEAD = 0xffff_ffff
const FILTER_AT = 23 + KEY_BYTES
const HEAD_BYTES = FILTER_AT + 2

const keyOf = (run: number, part: number): Buffer => {
  const key = Buffer.allocUnsafe(8)
  key.writeUInt32BE(run, 0)
  key.writeUInt32BE(part, 4)
  return key
}

const encodeHead = ({ generation, level, born, rows, lastKey }: RunHead): Buffer => {
  const bytes = Buffer.alloc(HEAD_BYTES)
  bytes[0] = generation
  bytes.writeUInt16BE(level, 1)
  bytes.writeDoubleBE(born, 3)
  bytes.writeDoubleBE(rows, 11)
  bytes.set(keyBytes(lastKey), 23)
  bytes.writeUInt16BE(FILTER_BYTES, FILTER_AT)
  return bytes
}

const decodeHead = (id: number, bytes: Buffer): RunHead => ({
  id,
  generation: bytes.readUInt8(0),
  level: bytes.readUInt16BE(1),
  born: bytes.readDoubleBE(3),
  rows: bytes.readDoubleBE(11),
  lastKey: readKey(rowsOver(bytes), 23),
})

/** Runs of before did not say it. */
const filterBytesOf = (head: Buffer): number =>
  head.length < HEAD_BYTES ? SMALL_FILTER_BYTES : head.readUInt16BE(FILTER_AT)

export type RunTables = { noncePages: Table; nonceRuns: Table }

/** All whole runs, and the greatest number any run ever had. A run without its head was never finished. */
export const readRuns = ({ noncePages, nonceRuns }: RunTables): { runs: Run[]; lastId: number } => {
  const runs: Run[] = []
  let parts: Buffer[] = []
  let lastId = 0
  for (const { key, value } of nonceRuns.getRange()) {
    const [id, part] = [key.readUInt32BE(0), key.readUInt32BE(4)]
    if (id !== lastId) parts = []
    lastId = id
    if (part !== HEAD) parts.push(Buffer.from(value))
    else {
      const head = decodeHead(id, value)
      runs.push(runOf(head, createRunIndex(Buffer.concat(parts), head.lastKey, filterBytesOf(value))))
    }
  }
  for (const key of noncePages.getKeys({ reverse: true, limit: 1 }))
    lastId = Math.max(lastId, key.readUInt32BE(0))
  return { runs, lastId }
}

/** Numbers of runs that have pages or parts of an index and are not among those that live. */
export const strayRuns = ({ noncePages, nonceRuns }: RunTables, live: ReadonlySet<number>): number[] => {
  const stray = new Set<number>()
  for (const table of [noncePages, nonceRuns])
    for (let id = 0; ; id += 1) {
      const [key] = table.getKeys({ start: keyOf(id, 0), limit: 1 })
      if (!key) break
      id = key.readUInt32BE(0)
      if (!live.has(id)) stray.add(id)
    }
  return [...stray]
}

export const findInRun = (
  { noncePages }: RunTables,
  run: Run,
  key: NonceKey,
  prefix: number,
): { page: Rows; at: number } | undefined => {
  const number = run.index.pageOf(key, prefix)
  const bytes = number < 0 ? undefined : noncePages.getBinaryFast(keyOf(run.id, number))
  if (!bytes) return undefined
  const page = rowsOver(bytes)
  const at = lastNotAfter(page, key) * ROW_BYTES
  return at >= 0 && compareWith(page, at, key) === 0 ? { page, at } : undefined
}

/** The rows of a run, to be merged. */
export const runSource = ({ noncePages }: RunTables, run: Run, pageRows: number): RowSource =>
  pagedSource(run.rows, pageRows, (number) => {
    const page = noncePages.getBinary(keyOf(run.id, number))
    if (!page) throw new Error(`page ${number} of nonce run ${run.id} is not there`)
    return rowsOver(page)
  })

export const stagePage = (stage: Stage, { noncePages }: RunTables, run: number, page: number, rows: Rows) =>
  stage.append(noncePages, keyOf(run, page), bytesOf(rows))

/** Stages the parts of the index that the pages `from` to `to` make whole; all that is left with `isLast`. */
export const stageIndex = (
  stage: Stage,
  { nonceRuns }: RunTables,
  run: number,
  entries: Buffer,
  pages: { from: number; to: number; isLast: boolean },
): void => {
  for (let part = Math.floor(pages.from / CHUNK_PAGES); part * CHUNK_PAGES < pages.to; part += 1) {
    const end = (part + 1) * CHUNK_PAGES
    if (end > pages.to && !pages.isLast) return
    const bytes = entries.subarray(
      part * CHUNK_PAGES * PAGE_ENTRY_BYTES,
      Math.min(end, pages.to) * PAGE_ENTRY_BYTES,
    )
    stage.append(nonceRuns, keyOf(run, part), bytes)
  }
}

export const stageHead = (stage: Stage, { nonceRuns }: RunTables, head: RunHead): void =>
  stage.append(nonceRuns, keyOf(head.id, HEAD), encodeHead(head))

/** From the next start on the run is none; its pages are still to be erased. */
export const removeHead = (stage: Stage, { nonceRuns }: RunTables, run: number): void =>
  stage.remove(nonceRuns, keyOf(run, HEAD))

/** Removes up to `most` rows of what is left of a run; true when it was all of it. */
export const eraseRun = (
  stage: Stage,
  { noncePages, nonceRuns }: RunTables,
  run: number,
  most: number,
): boolean => {
  let left = most
  for (const table of [noncePages, nonceRuns]) {
    if (left === 0) return false
    for (const key of table.getKeys({ start: keyOf(run, 0), end: keyOf(run + 1, 0), limit: left })) {
      stage.remove(table, key)
      left -= 1
    }
  }
  return left > 0
}
