import { compareKeys, prefixAt, ROW_BYTES } from './nonce-row.ts'

/** Rows that can be brought into order in one go: their numbers take 16 bits. */
export const MAX_ORDERED = 65_536

/**
 * The numbers of the rows `from` to `to` in order of their keys, of rows with one key the last. The runtime's own sort of whole numbers does nearly all
 * of it, on the first 48 bits of a key with the row's number behind them; those alike in these are compared as a whole.
 */
export const orderOf = (rows: Buffer, from: number, to: number): Uint32Array => {
  const packed = new BigUint64Array(to - from)
  const words = new Uint32Array(packed.buffer)
  for (let number = from; number < to; number += 1) {
    const prefix = prefixAt(rows, number * ROW_BYTES)
    words[2 * (number - from)] = ((prefix % 65_536) * 65_536 + (number - from)) >>> 0
    words[2 * (number - from) + 1] = Math.floor(prefix / 65_536)
  }
  packed.sort()
  const order = new Uint32Array(to - from)
  for (let at = 0; at < order.length; at += 1) order[at] = from + ((words[2 * at] ?? 0) & 0xffff)
  sortTies(rows, order)
  return withoutOlder(rows, order)
}

/** Alike in these bits, beyond which the runtime's sort is asked once more: an insertion costs their square. */
const MANY = 16

const sortTies = (rows: Buffer, order: Uint32Array): void => {
  const prefixOf = (at: number): number => prefixAt(rows, (order[at] ?? 0) * ROW_BYTES)
  const byKey = (a: number, b: number): number => compareKeys(rows, a * ROW_BYTES, rows, b * ROW_BYTES)
  let begin = 0
  let prefix = order.length > 0 ? prefixOf(0) : 0
  for (let end = 1; end <= order.length; end += 1) {
    const next = end < order.length ? prefixOf(end) : -1
    if (next === prefix) continue
    if (end - begin > MANY) order.subarray(begin, end).sort(byKey)
    else insertAll(order, begin, end, byKey)
    begin = end
    prefix = next
  }
}

const insertAll = (
  order: Uint32Array,
  begin: number,
  end: number,
  compare: (a: number, b: number) => number,
): void => {
  for (let at = begin + 1; at < end; at += 1) {
    const one = order[at] ?? 0
    let to = at
    for (; to > begin && compare(order[to - 1] ?? 0, one) > 0; to -= 1) order[to] = order[to - 1] ?? 0
    order[to] = one
  }
}

const withoutOlder = (rows: Buffer, order: Uint32Array): Uint32Array => {
  let kept = 0
  for (let at = 0; at < order.length; at += 1) {
    const row = (order[at] ?? 0) * ROW_BYTES
    const before = (order[kept - 1] ?? 0) * ROW_BYTES
    if (kept > 0 && compareKeys(rows, before, rows, row) === 0) kept -= 1
    order[kept] = row / ROW_BYTES
    kept += 1
  }
  return order.subarray(0, kept)
}
