import type { NonceKey } from '../../nonce-key.ts'
import { seqKey, seqOfKey } from '../keys.ts'
import type { Stage } from '../stage.ts'
import type { Tables } from '../store.ts'
import { boundFilters, byAge, dueForMerge, type MergeSizes } from './ages.ts'
import { createRunBuild, type RunBuild } from './build.ts'
import { createGathering, type Layer } from './gathering.ts'
import { journalRowOf, type RecentNonces, type RecentSizes, stageJournal } from './recent.ts'
import { prefixOf, type Remembered, ROW_BYTES, readRow, rowsOver } from './row.ts'
import {
  eraseRun,
  findInRun,
  PAGE_ROWS,
  type Run,
  readRuns,
  removeHead,
  runSource,
  strayRuns,
} from './runs.ts'

/** How long a generation takes new nonces: each is remembered that long at least, and twice as long at most. */
export const GENERATION_MS = 30 * 24 * 3_600_000

/**
 * Which nonces were put. New ones go into a journal, a row for each transaction, and are gathered in memory; when there
 * are many, they become a run: pages in order of key that are written once, one after the other. Runs of a kind are
 * merged, eight where they overlap, else when there are many. A B-tree would meet a page for every nonce.
 */
export interface NonceMemory {
  /** @param generation that which takes new nonces: 0 or 1 */
  recall(generation: number, key: NonceKey): Remembered | undefined
  /** @param isAhead a transaction's commit is under way, whose nonces count as known; what is begun may then not rotate */
  begin(generation: number, isAhead?: boolean): NonceChanges
}

/** The nonce memory as a transaction sees and changes it. */
export interface NonceChanges {
  recall(key: NonceKey): Remembered | undefined
  remember(key: NonceKey, remembered: Remembered): void
  /** Forgets the older generation, and lets it take the nonces from here on. */
  rotate(): void
  /** @param seq never used before, and greater than all before */
  write(stage: Stage, seq: number): void
  /** The transaction is done. */
  settle(): void
}

/** Of nonces gathered, twice `room` are in memory at most, unless single transactions bring more than there is room for. */
export type NonceMemorySizes = MergeSizes &
  RecentSizes & {
    pageRows: number
    /** Of filters in memory; runs beyond it are looked up on disk. */
    filterBytes: number
  }
const SIZES: NonceMemorySizes = {
  gathered: 114_688,
  room: 131_072,
  pageRows: PAGE_ROWS,
  fan: 8,
  most: 64,
  filterBytes: 64 * 2 ** 20,
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

/** Runs, newest first; those to be merged next; and of each the bounds, beside each other, since every nonce is held against them. */
const arranged = (runs: readonly Run[], sizes: MergeSizes) => {
  const aged = byAge(runs)
  const bounds = Float64Array.from(aged.flatMap(({ index }) => [index.first, index.last]))
  return { runs: aged, due: dueForMerge(aged, sizes) ?? [], bounds }
}

export const openNonceMemory = (tables: Nonces, sizes = SIZES): NonceMemory => {
  const { journal } = tables
  const found = readRuns(tables)
  let lastId = found.lastId
  let { runs, due, bounds } = arranged(found.runs, sizes)
  const arrange = (changed: readonly Run[]) => {
    ;({ runs, due, bounds } = arranged(changed, sizes))
  }
  const gathering = createGathering(sizes)
  let flushing: Building | undefined
  let merging: Building | undefined
  let erasedSeqs: readonly number[] = []
  let erasedRuns: readonly number[] = strayRuns(tables, new Set(runs.map(({ id }) => id)))

  for (const { key, value } of journal.getRange()) {
    const { generation, rows } = journalRowOf(value)
    gathering.restore(generation, seqOfKey(key), rows)
  }

  const findInRuns = (key: NonceKey, forgotten?: number): Remembered | undefined => {
    const prefix = prefixOf(key)
    for (let at = 0; at < runs.length; at += 1) {
      if (prefix < (bounds[2 * at] ?? 0) || prefix > (bounds[2 * at + 1] ?? 0)) continue
      const run = runs[at] as Run
      const hit = run.generation === forgotten ? undefined : findInRun(tables, run, key, prefix)
      if (hit) return readRow(hit.page, hit.at)
    }
    return undefined
  }

  const startFlush = () => {
    const [recent, ...later] = gathering.all()
    const isFull = recent && !gathering.isPending(recent) && recent.table.size() >= sizes.gathered
    const isDue = recent && (later.length > 0 || isFull)
    if (flushing || !isDue) return
    lastId += 1
    const plan = { id: lastId, born: lastId, level: 0, generation: recent.generation }
    const build = createRunBuild(tables, {
      ...plan,
      sources: [recent.inOrder()],
      pageRows: sizes.pageRows,
    })
    flushing = { build, recent, merged: [] }
  }
  const startMerge = () => {
    const [newest, ...older] = merging ? [] : due
    if (!newest) return
    lastId += 1
    const { born, generation } = newest
    const merged = [newest, ...older]
    const level = Math.max(...merged.map((run) => run.level))
    const sources = merged.map((run) => runSource(tables, run, sizes.pageRows))
    const plan = { id: lastId, born, level: level + 1, generation, sources, pageRows: sizes.pageRows }
    merging = { build: createRunBuild(tables, plan), merged }
  }
  const install = (run: Run, { recent, merged }: Building) => {
    arrange([...runs.filter((one) => !merged.includes(one)), run])
    erasedRuns = [...erasedRuns, ...merged.map(({ id }) => id)]
    if (!recent) return
    gathering.drop((one) => one === recent)
    erasedSeqs = [...erasedSeqs, ...recent.seqs]
  }
  boundFilters(runs, sizes.filterBytes)

  /** Goes on with a run in the making. Returns what to do once that is on disk. */
  const help = (stage: Stage, building: Building, pages: number, done: () => void): (() => void) => {
    const { isLast, keep } = building.build.step(stage, pages)
    if (isLast) for (const { id } of building.merged) removeHead(stage, tables, id)
    return () => {
      const run = keep()
      if (!run) return
      install(run, building)
      done()
      boundFilters(runs, sizes.filterBytes)
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
  const forget = (stage: Stage, generation: number, layer: Layer, effects: Effects) => {
    const isOver = (one: { generation: number }) => one.generation === generation && one !== layer.recent
    for (const { id } of runs.filter(isOver)) removeHead(stage, tables, id)
    for (const seq of [
      ...erasedSeqs,
      ...gathering
        .all()
        .filter(isOver)
        .flatMap(({ seqs }) => seqs),
    ])
      stage.remove(journal, seqKey(seq))
    effects.push(() => {
      erasedSeqs = []
      const builds = [flushing, merging].filter((one) => one && isOver(one.build))
      erasedRuns = [
        ...erasedRuns,
        ...[...runs.filter(isOver), ...builds.flatMap((one) => one?.build ?? [])].map(({ id }) => id),
      ]
      arrange(runs.filter((run) => !isOver(run)))
      gathering.drop(isOver)
      if (flushing && isOver(flushing.build)) flushing = undefined
      if (merging && isOver(merging.build)) merging = undefined
    })
  }

  const begin = (generation: number, isAhead = false): NonceChanges => {
    const layer = gathering.begin(isAhead)
    const older = 1 - generation
    const effects: Effects = []
    let rotated = false
    // What the older generation holds already is forgotten with it.
    const take = (): RecentNonces => gathering.take(layer, rotated ? older : generation, rotated)
    const isSeen = (recent: RecentNonces): boolean =>
      !rotated || recent.generation !== older || recent === layer.recent
    return {
      recall: (key) => gathering.find(key, isSeen, true) ?? findInRuns(key, rotated ? older : undefined),
      remember: (key, remembered) => gathering.put(take(), key, remembered),
      rotate() {
        const rows = gathering.added(layer)
        gathering.undo(layer)
        rotated = true
        if (rows.length > 0) take().table.putRows(rowsOver(rows))
      },
      write(stage, seq) {
        const rows = gathering.added(layer)
        if (rotated) forget(stage, older, layer, effects)
        else {
          goOn(stage, rows.length / ROW_BYTES, effects)
          erase(stage, effects)
        }
        if (rows.length === 0) return
        stageJournal(stage, journal, seq, rotated ? older : generation, rows)
        effects.push(() => take().journaled(seq))
      },
      settle() {
        for (const effect of effects) effect()
        gathering.keep(layer)
      },
    }
  }
  const recall = (key: NonceKey) => gathering.find(key, () => true, false) ?? findInRuns(key)
  return { recall: (_, key) => recall(key), begin }
}

/** Whether the present generation has had its time. */
export const isGenerationOver = (rotatedAt: number, now: number): boolean => now - rotatedAt >= GENERATION_MS
