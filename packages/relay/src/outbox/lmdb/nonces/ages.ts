import type { Run } from './runs.ts'

/** How many runs of one level and generation are merged. */
export type MergeSizes = {
  /** That meet at one point: a nonce there is looked for in each of them. */
  fan: number
  /** Of any kind: what lies apart, as nonces of their time do, costs no more than a glance at its bounds. */
  most: number
}

/** Newest first. */
export const byAge = (runs: readonly Run[]): Run[] => runs.toSorted((a, b) => b.born - a.born)

/** The runs to be merged next, newest first; undefined when none need be. Given and returned by age. */
export const dueForMerge = (runs: readonly Run[], { fan, most }: MergeSizes): Run[] | undefined => {
  for (const { level, generation } of runs) {
    const alike = runs.filter((run) => run.level === level && run.generation === generation)
    const due = meetingAt(alike, fan) ?? (alike.length >= most ? alike.slice(-most) : undefined)
    if (due) return withThoseBetween(runs, due)
  }
  return undefined
}

/** The oldest of those that meet at one point, where enough do. Whoever meets others meets them where one of them begins. */
const meetingAt = (alike: readonly Run[], fan: number): Run[] | undefined => {
  for (const { index } of alike) {
    const meeting = alike.filter((run) => run.index.first <= index.first && index.first <= run.index.last)
    if (meeting.length >= fan) return meeting.slice(-fan)
  }
  return undefined
}

/** Ages must not mix: of one key the newest row counts. */
const withThoseBetween = (runs: readonly Run[], due: readonly Run[]): Run[] => {
  const [newest, oldest] = [due[0]?.born ?? 0, due.at(-1)?.born ?? 0]
  return runs.filter(
    ({ generation, born }) => generation === due[0]?.generation && oldest <= born && born <= newest,
  )
}

/** Gives up the filters of the oldest runs, until the rest keeps within its bytes. */
export const boundFilters = (runs: readonly Run[], most: number): void => {
  let bytes = runs.reduce((sum, { index }) => sum + index.filterBytes(), 0)
  for (const { index } of runs.toReversed()) {
    if (bytes <= most) return
    bytes -= index.filterBytes()
    index.dropFilters()
  }
}
