import { KEY_BYTES, lastNotAfter, prefixAt, ROW_BYTES } from './nonce-row.ts'

/** Bits of a page's filter, 8 a row: one absent nonce in forty makes a page be read in vain. */
const FILTER_BYTES = 512
/** A page in the index of its run: its first key, and a filter that knows which keys are surely not on it. */
export const PAGE_ENTRY_BYTES = KEY_BYTES + FILTER_BYTES
const FILTER_BITS = FILTER_BYTES * 8

/** Three bits of a filter, from the part of a key that chance has made. */
const mixOf = (keys: Buffer, at: number): number => {
  const mixed = Math.imul(keys.readInt32LE(at + 8) ^ keys.readUInt8(at + 16), 0x85ebca6b)
  return Math.imul(mixed ^ (mixed >>> 15) ^ keys.readInt32LE(at + 12), 0xc2b2ae35)
}
const bitsOf = (mixed: number): readonly [number, number, number] => [
  (mixed >>> 20) % FILTER_BITS,
  (mixed >>> 8) % FILTER_BITS,
  (Math.imul(mixed, 0x9e3779b1) >>> 20) % FILTER_BITS,
]

/** A page's rows → its entry in the index. */
export const pageEntryOf = (rows: Buffer): Buffer => {
  const entry = Buffer.alloc(PAGE_ENTRY_BYTES)
  rows.copy(entry, 0, 0, KEY_BYTES)
  for (let at = 0; at < rows.length; at += ROW_BYTES)
    for (const bit of bitsOf(mixOf(rows, at))) {
      const byte = KEY_BYTES + (bit >> 3)
      entry[byte] = (entry[byte] ?? 0) | (1 << (bit & 7))
    }
  return entry
}

/** Where in a run a key may be. */
export interface RunIndex {
  readonly pages: number
  readonly filterBytes: number
  /** Prefixes of the first and the last key: what lies beyond is surely not in the run. */
  readonly first: number
  readonly last: number
  /** The page to look on; -1 when the key is surely not in the run. */
  pageOf(key: Buffer): number
  /** Gives up the filters: each look costs a page from here on, unless the run's bounds exclude it. */
  dropFilters(): void
}

/**
 * @param entries of all pages, in order
 * @param lastKey of the run
 */
export const createRunIndex = (entries: Buffer, lastKey: Buffer): RunIndex => {
  const pages = entries.length / PAGE_ENTRY_BYTES
  const fences = Buffer.allocUnsafeSlow(pages * KEY_BYTES)
  let filters: Buffer | undefined = Buffer.allocUnsafeSlow(pages * FILTER_BYTES)
  for (let page = 0; page < pages; page += 1) {
    const at = page * PAGE_ENTRY_BYTES
    entries.copy(fences, page * KEY_BYTES, at, at + KEY_BYTES)
    entries.copy(filters, page * FILTER_BYTES, at + KEY_BYTES, at + PAGE_ENTRY_BYTES)
  }
  const mayBeOn = (page: number, key: Buffer): boolean => {
    if (!filters) return true
    const filterAt = page * FILTER_BYTES
    for (const bit of bitsOf(mixOf(key, 0)))
      if (((filters[filterAt + (bit >> 3)] ?? 0) & (1 << (bit & 7))) === 0) return false
    return true
  }
  return {
    pages,
    first: prefixAt(fences, 0),
    last: prefixAt(lastKey, 0),
    get filterBytes() {
      return filters?.length ?? 0
    },
    pageOf(key) {
      const page = lastNotAfter(fences, KEY_BYTES, pages, key)
      return page >= 0 && mayBeOn(page, key) ? page : -1
    },
    dropFilters() {
      filters = undefined
    },
  }
}
