import type { Run } from './nonce-runs.ts'

/** Newest first. */
export const byAge = (runs: readonly Run[]): Run[] => runs.toSorted((a, b) => b.born - a.born)

/** The oldest runs of one level and generation, newest first, when there are enough to be merged. */
export const oldestOfAKind = (runs: readonly Run[], fan: number): Run[] | undefined => {
  for (const { level, generation } of runs) {
    const alike = runs.filter((run) => run.level === level && run.generation === generation)
    if (alike.length >= fan) return alike.slice(-fan)
  }
  return undefined
}

/** Gives up the filters of the oldest runs, until the rest keeps within its bytes. */
export const boundFilters = (runs: readonly Run[], most: number): void => {
  let bytes = runs.reduce((sum, { index }) => sum + index.filterBytes, 0)
  for (const { index } of runs.toReversed()) {
    if (bytes <= most) return
    bytes -= index.filterBytes
    index.dropFilters()
  }
}
