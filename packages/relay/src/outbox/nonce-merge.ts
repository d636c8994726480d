import { compareKeys, copyRow, prefixAt, ROW_BYTES } from './nonce-row.ts'

const NOTHING = Buffer.alloc(0)

/** Rows in order of their keys, read by their position. */
export interface RowSource {
  readonly length: number
  /** The bytes that hold the row at a position, and where it begins in them. */
  bytesOf(position: number): Buffer
  offsetOf(position: number): number
}

/** Rows of a table in memory, in an order. */
export const orderedSource = (rows: Buffer, order: Uint32Array): RowSource => ({
  length: order.length,
  bytesOf: () => rows,
  offsetOf: (position) => (order[position] ?? 0) * ROW_BYTES,
})

/** Rows on pages. The last page read stays at hand. */
export const pagedSource = (
  length: number,
  pageRows: number,
  readPage: (page: number) => Buffer,
): RowSource => {
  let page: Buffer = NOTHING
  let number = -1
  return {
    length,
    bytesOf(position) {
      const wanted = Math.floor(position / pageRows)
      if (wanted !== number) page = readPage(wanted)
      number = wanted
      return page
    },
    offsetOf: (position) => (position % pageRows) * ROW_BYTES,
  }
}

type Head = { source: RowSource; position: number; bytes: Buffer; at: number; prefix: number }

const DONE = Number.POSITIVE_INFINITY
const advance = (head: Head, position: number): void => {
  head.position = position
  if (position >= head.source.length) {
    head.prefix = DONE
    return
  }
  head.bytes = head.source.bytesOf(position)
  head.at = head.source.offsetOf(position)
  head.prefix = prefixAt(head.bytes, head.at)
}

const compareHeads = (a: Head, b: Head): number =>
  a.prefix === b.prefix ? compareKeys(a.bytes, a.at, b.bytes, b.at) : a.prefix - b.prefix

/** Of equal keys the newest row, which comes from the first source that has it. */
const leastOf = (heads: readonly Head[]): Head | undefined => {
  let least: Head | undefined
  for (const head of heads) {
    if (head.prefix === DONE) continue
    const order = least ? compareHeads(head, least) : -1
    if (order < 0) least = head
    else if (order === 0) advance(head, head.position + 1)
  }
  return least
}

/** `positions`: where each source goes on. */
export type Merged = { rows: Buffer; positions: number[] }

/** The next rows of all sources in one order, `most` of them unless that is the end. The newest source comes first. */
export const mergeRows = (
  sources: readonly RowSource[],
  positions: readonly number[],
  most: number,
): Merged => {
  const heads = sources.map((source): Head => ({ source, position: 0, bytes: NOTHING, at: 0, prefix: DONE }))
  for (const [number, head] of heads.entries()) advance(head, positions[number] ?? 0)
  const rows = Buffer.allocUnsafeSlow(most * ROW_BYTES)
  let to = 0
  while (to < rows.length) {
    const head = leastOf(heads)
    if (!head) break
    copyRow(head.bytes, head.at, rows, to)
    to += ROW_BYTES
    advance(head, head.position + 1)
  }
  return { rows: rows.subarray(0, to), positions: heads.map(({ position }) => position) }
}
