import { seqKey, seqOfKey } from './keys.ts'
import { createRunBuild, type RunBuild } from './nonce-build.ts'
import { createRecentNonces, journalRowOf, type RecentNonces, stageJournal } from './nonce-recent.ts'
import { prefixAt, type Remembered, ROW_BYTES, readRow } from './nonce-row.ts'
import {
  eraseRun,
  findInRun,
  PAGE_ROWS,
  type Run,
  readRuns,
  removeHead,
  runSource,
  strayRuns,
} from './nonce-runs.ts'
import { hashAt } from './nonce-table.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './store.ts'

/** How long a generation takes new nonces: each is remembered that long at least, and twice as long at most. */
export const GENERATION_MS = 30 * 24 * 3_600_000

/**
 * Which nonces were put. New ones go into a journal, a row for each transaction, and are gathered in memory; when there
 * are many, they become a run: pages in order of key that are written once, one after the other. Eight runs of a kind
 * are merged into one. A B-tree would meet a page for every nonce.
 */
export interface NonceMemory {
  /** @param generation that which takes new nonces: 0 or 1 */
  recall(generation: number, key: Buffer): Remembered | undefined
  begin(generation: number): NonceChanges
}

/** The nonce memory as a transaction sees and changes it. */
export interface NonceChanges {
  recall(key: Buffer): Remembered | undefined
  remember(key: Buffer, remembered: Remembered): void
  /** Forgets the older generation, and lets it take the nonces from here on. */
  rotate(): void
  /** @param seq never used before, and greater than all before */
  write(stage: Stage, seq: number): void
  /** The transaction is done. */
  settle(): void
}

export type NonceMemorySizes = {
  /** Nonces gathered before they become a run. Twice as many are in memory at most. */
  gathered: number
  /** Brought into order at a time. */
  slice: number
  pageRows: number
  /** Runs merged into one. */
  fan: number
  /** Of filters in memory; runs beyond it are looked up on disk. */
  filterBytes: number
}
const SIZES: NonceMemorySizes = {
  gathered: 32_768,
  slice: 4_096,
  pageRows: PAGE_ROWS,
  fan: 8,
  filterBytes: 32 * 2 ** 20,
}

/** Rows of the journal, and pages of runs that are none any more, erased with a transaction. */
const JOURNAL_HELPING = 64
const ERASE_HELPING = 16
/** Rows written into a new run, and rows merged, for each nonce that a transaction adds. */
const BUILD_SHARE = 2
const MERGE_SHARE = 4

type Nonces = Pick<Tables, 'noncePages' | 'nonceRuns' | 'journal'>
/** A run in the making, and what it takes the place of. */
type Building = { build: RunBuild; recent?: RecentNonces; merged: readonly Run[] }
/** What a transaction leaves to do once it is on disk. */
type Effects = (() => void)[]

export const openNonceMemory = (tables: Nonces, sizes = SIZES): NonceMemory => {
  const { journal } = tables
  const found = readRuns(tables)
  let lastId = found.lastId
  /** Newest first. */
  let runs = byAge(found.runs)
  /** Oldest first; only the last one gathers. */
  let recents: readonly RecentNonces[] = []
  let flushing: Building | undefined
  let merging: Building | undefined
  let erasedSeqs: readonly number[] = []
  let erasedRuns: readonly number[] = strayRuns(tables, new Set(runs.map(({ id }) => id)))

  /** Put by the transaction in the making, from a row on: taken off again when it fails. */
  let pending: { recent: RecentNonces; from: number } | undefined

  const addRecent = (generation: number): RecentNonces => {
    const recent = createRecentNonces(generation, sizes)
    recents = [...recents, recent]
    return recent
  }
  const recentFor = (generation: number): RecentNonces => {
    const last = recents.at(-1)
    return last?.generation === generation && last.table.size < sizes.gathered ? last : addRecent(generation)
  }
  const undo = () => {
    if (!pending) return
    const { recent, from } = pending
    recent.table.truncate(from)
    if (from === 0) recents = recents.filter((one) => one !== recent)
    pending = undefined
  }
  for (const { key, value } of journal.getRange()) {
    const { generation, rows } = journalRowOf(value)
    const recent = recentFor(generation)
    recent.table.putRows(rows)
    recent.journaled(seqOfKey(key))
  }

  /** A key is looked for, and then remembered. */
  let hashed: { key: Buffer; hash: number } = { key: NOTHING, hash: 0 }
  const hashOf = (key: Buffer): number => {
    if (hashed.key !== key) hashed = { key, hash: hashAt(key, 0) }
    return hashed.hash
  }
  const findRecent = (key: Buffer, isSeen: (recent: RecentNonces) => boolean, withPending: boolean) => {
    const hash = hashOf(key)
    for (let at = recents.length - 1; at >= 0; at -= 1) {
      const recent = recents[at]
      if (!recent || !isSeen(recent)) continue
      const among = !withPending && recent === pending?.recent ? pending.from : recent.table.size
      const place = recent.table.find(key, hash, among)
      if (place >= 0) return readRow(recent.table.rows(), place)
    }
    return undefined
  }
  const findInRuns = (key: Buffer, forgotten?: number): Remembered | undefined => {
    const prefix = prefixAt(key, 0)
    for (const run of runs) {
      if (prefix < run.index.first || prefix > run.index.last || run.generation === forgotten) continue
      const hit = findInRun(tables, run, key, prefix)
      if (hit) return readRow(hit.page, hit.at)
    }
    return undefined
  }

  const startFlush = () => {
    const [recent] = recents
    const isFull = recent && recent !== pending?.recent && recent.table.size >= sizes.gathered
    const isDue = recent && (recents.length > 1 || isFull)
    if (flushing || !isDue) return
    lastId += 1
    const plan = { id: lastId, born: lastId, level: 0, generation: recent.generation }
    const build = createRunBuild(tables, {
      ...plan,
      sources: recent.sources().reverse(),
      pageRows: sizes.pageRows,
    })
    flushing = { build, recent, merged: [] }
  }
  const startMerge = () => {
    const merged = merging ? undefined : oldestOfAKind(runs, sizes.fan)
    if (!merged) return
    const [newest] = merged
    if (!newest) return
    lastId += 1
    const { born, level, generation } = newest
    const sources = merged.map((run) => runSource(tables, run, sizes.pageRows))
    const plan = { id: lastId, born, level: level + 1, generation, sources, pageRows: sizes.pageRows }
    merging = { build: createRunBuild(tables, plan), merged }
  }
  const install = (run: Run, { recent, merged }: Building) => {
    runs = byAge([...runs.filter((one) => !merged.includes(one)), run])
    erasedRuns = [...erasedRuns, ...merged.map(({ id }) => id)]
    if (!recent) return
    recents = recents.filter((one) => one !== recent)
    erasedSeqs = [...erasedSeqs, ...recent.seqs]
  }
  const boundFilters = () => {
    let bytes = runs.reduce((sum, { index }) => sum + index.filterBytes, 0)
    for (const { index } of runs.toReversed()) {
      if (bytes <= sizes.filterBytes) return
      bytes -= index.filterBytes
      index.dropFilters()
    }
  }
  boundFilters()

  /** Goes on with a run in the making. Returns what to do once that is on disk. */
  const help = (stage: Stage, building: Building, pages: number, done: () => void): (() => void) => {
    const { isLast, keep } = building.build.step(stage, pages)
    if (isLast) for (const { id } of building.merged) removeHead(stage, tables, id)
    return () => {
      const run = keep()
      if (!run) return
      install(run, building)
      done()
      boundFilters()
    }
  }
  const goOn = (stage: Stage, added: number, effects: Effects) => {
    startFlush()
    startMerge()
    const pagesFor = (share: number) => Math.ceil(Math.max(1, added * share) / sizes.pageRows)
    if (flushing) effects.push(help(stage, flushing, pagesFor(BUILD_SHARE), () => (flushing = undefined)))
    if (merging) effects.push(help(stage, merging, pagesFor(MERGE_SHARE), () => (merging = undefined)))
  }
  const erase = (stage: Stage, effects: Effects) => {
    const [seqs, [run]] = [erasedSeqs.slice(0, JOURNAL_HELPING), erasedRuns]
    for (const seq of seqs) stage.remove(journal, seqKey(seq))
    const isErased = run !== undefined && eraseRun(stage, tables, run, ERASE_HELPING)
    effects.push(() => {
      erasedSeqs = erasedSeqs.slice(seqs.length)
      if (isErased) erasedRuns = erasedRuns.slice(1)
    })
  }
  /** Of a generation nothing stays but pages to erase: the next start would gather again what is left in the journal. */
  const forget = (stage: Stage, generation: number, effects: Effects) => {
    const isOver = (one: { generation: number }) => one.generation === generation && one !== pending?.recent
    for (const { id } of runs.filter(isOver)) removeHead(stage, tables, id)
    for (const seq of [...erasedSeqs, ...recents.filter(isOver).flatMap(({ seqs }) => seqs)])
      stage.remove(journal, seqKey(seq))
    effects.push(() => {
      erasedSeqs = []
      const builds = [flushing, merging].filter((one) => one && isOver(one.build))
      erasedRuns = [
        ...erasedRuns,
        ...[...runs.filter(isOver), ...builds.flatMap((one) => one?.build ?? [])].map(({ id }) => id),
      ]
      runs = runs.filter((run) => !isOver(run))
      recents = recents.filter((recent) => !isOver(recent))
      if (flushing && isOver(flushing.build)) flushing = undefined
      if (merging && isOver(merging.build)) merging = undefined
    })
  }

  const begin = (generation: number): NonceChanges => {
    undo()
    const older = 1 - generation
    const effects: Effects = []
    let rotated = false
    const take = (): RecentNonces => {
      if (pending) return pending.recent
      // What the older generation holds already is forgotten with it.
      const recent = rotated ? addRecent(older) : recentFor(generation)
      pending = { recent, from: recent.table.size }
      return recent
    }
    const isSeen = (recent: RecentNonces): boolean =>
      !rotated || recent.generation !== older || recent === pending?.recent
    /** What this transaction has put. */
    const added = (): Buffer => {
      if (!pending) return NOTHING
      return Buffer.from(pending.recent.table.rows().subarray(pending.from * ROW_BYTES))
    }
    return {
      recall: (key) => findRecent(key, isSeen, true) ?? findInRuns(key, rotated ? older : undefined),
      remember: (key, remembered) => take().table.put(key, hashOf(key), remembered),
      rotate() {
        const rows = added()
        undo()
        rotated = true
        if (rows.length > 0) take().table.putRows(rows)
      },
      write(stage, seq) {
        const rows = added()
        if (rotated) forget(stage, older, effects)
        else {
          goOn(stage, rows.length / ROW_BYTES, effects)
          erase(stage, effects)
        }
        if (rows.length === 0) return
        stageJournal(stage, journal, seq, rotated ? older : generation, rows)
        effects.push(() => {
          pending?.recent.journaled(seq)
          pending?.recent.tidy()
        })
      },
      settle() {
        for (const effect of effects) effect()
        pending = undefined
      },
    }
  }
  const recall = (key: Buffer) => findRecent(key, () => true, false) ?? findInRuns(key)
  return { recall: (_, key) => recall(key), begin }
}

const NOTHING = Buffer.alloc(0)

const byAge = (runs: readonly Run[]): Run[] => runs.toSorted((a, b) => b.born - a.born)

/** The oldest runs of one level and generation, newest first, when there are enough to be merged. */
const oldestOfAKind = (runs: readonly Run[], fan: number): Run[] | undefined => {
  for (const { level, generation } of runs) {
    const alike = runs.filter((run) => run.level === level && run.generation === generation)
    if (alike.length >= fan) return alike.slice(-fan)
  }
  return undefined
}

/** Whether the present generation has had its time. */
export const isGenerationOver = (rotatedAt: number, now: number): boolean => now - rotatedAt >= GENERATION_MS
