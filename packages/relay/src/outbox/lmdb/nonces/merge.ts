import { compareKeys, copyRow, prefixAt, ROW_BYTES, type Rows, rowsFor } from './row.ts'

const NOTHING = rowsFor(0)

/** Rows in order of their keys, read by their position. */
export interface RowSource {
  readonly length: number
  /** What the row at a position lies in, and where it begins there. */
  rowsAt(position: number): Rows
  offsetOf(position: number): number
}

/** Rows of a table in memory, in an order. */
export const orderedSource = (rows: Rows, order: Uint32Array): RowSource => ({
  length: order.length,
  rowsAt: () => rows,
  offsetOf: (position) => (order[position] ?? 0) * ROW_BYTES,
})

/** Rows on pages. The last page read stays at hand. */
export const pagedSource = (
  length: number,
  pageRows: number,
  readPage: (page: number) => Rows,
): RowSource => {
  let page = NOTHING
  let number = -1
  return {
    length,
    rowsAt(position) {
      const wanted = Math.floor(position / pageRows)
      if (wanted !== number) page = readPage(wanted)
      number = wanted
      return page
    },
    offsetOf: (position) => (position % pageRows) * ROW_BYTES,
  }
}

/** `place`: of the source among all, the newest first. */
type Head = {
  place: number
  source: RowSource
  position: number
  rows: Rows
  at: number
  prefix: number
}

/** False when there is no row at the position. */
const moveTo = (head: Head, position: number): boolean => {
  head.position = position
  if (position >= head.source.length) return false
  head.rows = head.source.rowsAt(position)
  head.at = head.source.offsetOf(position)
  head.prefix = prefixAt(head.rows, head.at)
  return true
}

/** By keys; of equal ones the newest first. */
const compareHeads = (a: Head, b: Head): number => {
  if (a.prefix !== b.prefix) return a.prefix - b.prefix
  return compareKeys(a.rows, a.at, b.rows, b.at) || a.place - b.place
}

/** Puts the first head, which has moved on, where it belongs: most often it stays, since neighbours in time come together. */
const sink = (heads: Head[]): void => {
  for (let at = 1; at < heads.length; at += 1) {
    const [before, after] = [heads[at - 1] as Head, heads[at] as Head]
    if (compareHeads(before, after) <= 0) return
    heads[at - 1] = after
    heads[at] = before
  }
}

const step = (heads: Head[]): void => {
  const [first] = heads
  if (first && moveTo(first, first.position + 1)) sink(heads)
  else heads.shift()
}

const isHeadAt = ({ rows, at }: Head, merged: Rows, mergedAt: number): boolean =>
  compareKeys(rows, at, merged, mergedAt) === 0

/** `positions`: where each source goes on. */
export type Merged = { rows: Rows; positions: number[] }

/** Of one source, in whose order they are already. */
const rowsFrom = (source: RowSource, from: number, most: number): Merged => {
  const end = Math.min(source.length, from + most)
  const rows = rowsFor(end - from)
  for (let position = from; position < end; position += 1)
    copyRow(source.rowsAt(position), source.offsetOf(position), rows, (position - from) * ROW_BYTES)
  return { rows, positions: [end] }
}

/** The next rows of all sources in one order, `most` of them unless that is the end. The newest source comes first. */
export const mergeRows = (
  sources: readonly RowSource[],
  positions: readonly number[],
  most: number,
): Merged => {
  const [only, ...others] = sources
  if (only && others.length === 0) return rowsFrom(only, positions[0] ?? 0, most)
  const all = sources.map(
    (source, place): Head => ({ place, source, position: 0, rows: NOTHING, at: 0, prefix: 0 }),
  )
  const heads = all.filter((head) => moveTo(head, positions[head.place] ?? 0)).sort(compareHeads)
  const rows = rowsFor(most)
  let to = 0
  for (let [first] = heads; first; [first] = heads) {
    const isOlder = to > 0 && isHeadAt(first, rows, to - ROW_BYTES)
    if (!isOlder && to === rows.byteLength) break
    if (!isOlder) {
      copyRow(first.rows, first.at, rows, to)
      to += ROW_BYTES
    }
    step(heads)
  }
  return { rows: new DataView(rows.buffer, 0, to), positions: all.map(({ position }) => position) }
}
