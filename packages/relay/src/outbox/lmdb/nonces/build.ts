import { type NonceKey, readKey } from '../../nonce-key.ts'
import type { Stage } from '../stage.ts'
import { mergeRows, type RowSource } from './merge.ts'
import { createRunIndex, PAGE_ENTRY_BYTES, pageEntryOf } from './page-index.ts'
import { ROW_BYTES } from './row.ts'
import { type Run, type RunHead, type RunTables, runOf, stageHead, stageIndex, stagePage } from './runs.ts'

/** A run in the making. Each transaction adds some pages; one that fails has added none. */
export interface RunBuild {
  readonly id: number
  readonly generation: number
  /** Stages up to `pages` more. Call `keep` once they are on disk; it returns the run when it is whole. */
  step(stage: Stage, pages: number): { isLast: boolean; keep: () => Run | undefined }
}

export type RunPlan = Omit<RunHead, 'rows' | 'lastKey'> & {
  /** Newest first. */
  sources: readonly RowSource[]
  pageRows: number
}

const NO_KEY: NonceKey = { word0: 0, word1: 0, word2: 0, word3: 0, last: 0 }

export const createRunBuild = (tables: RunTables, { sources, pageRows, ...plan }: RunPlan): RunBuild => {
  const most = sources.reduce((sum, source) => sum + source.length, 0)
  const entries = Buffer.allocUnsafeSlow(Math.ceil(most / pageRows) * PAGE_ENTRY_BYTES)
  let positions = sources.map(() => 0)
  let pages = 0
  let rows = 0

  const wholeRun = (pages: number, rows: number, lastKey: NonceKey): Run => {
    const index = createRunIndex(entries.subarray(0, pages * PAGE_ENTRY_BYTES), lastKey)
    return runOf({ ...plan, rows, lastKey }, index)
  }
  return {
    id: plan.id,
    generation: plan.generation,
    step(stage, count) {
      let [at, page, sum] = [positions, pages, rows]
      let last = NO_KEY
      const isWhole = () => at.every((position, number) => position >= (sources[number]?.length ?? 0))
      for (const end = page + count; page < end && !isWhole(); page += 1) {
        const merged = mergeRows(sources, at, pageRows)
        at = merged.positions
        sum += merged.rows.byteLength / ROW_BYTES
        last = readKey(merged.rows, merged.rows.byteLength - ROW_BYTES)
        stagePage(stage, tables, plan.id, page, merged.rows)
        entries.set(pageEntryOf(merged.rows), page * PAGE_ENTRY_BYTES)
      }
      const isLast = isWhole()
      stageIndex(stage, tables, plan.id, entries, { from: pages, to: page, isLast })
      const run = isLast ? wholeRun(page, sum, last) : undefined
      if (run) stageHead(stage, tables, run)
      return {
        isLast,
        keep() {
          ;[positions, pages, rows] = [at, page, sum]
          return run
        },
      }
    },
  }
}
