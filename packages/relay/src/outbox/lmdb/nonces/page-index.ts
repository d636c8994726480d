import { KEY_BYTES, type NonceKey, readKey, writeKey } from '../../nonce-key.ts'
import { compareWith, prefixAt, prefixOf, ROW_BYTES, type Rows, rowsOver } from './row.ts'

/** Bits of a page's filter, 8 a row: one absent nonce in forty makes a page be read in vain. */
const FILTER_BYTES = 512
/** A page in the index of its run: its first key, and a filter that knows which keys are surely not on it. */
export const PAGE_ENTRY_BYTES = KEY_BYTES + FILTER_BYTES
const FILTER_BITS = FILTER_BYTES * 8

/** What a key's three bits in a filter are cut from: the part of it that chance has made. */
const mixOf = ({ word2, word3, last }: NonceKey): number => {
  const mixed = Math.imul(turned(word2) ^ last, 0x85ebca6b)
  return Math.imul(mixed ^ (mixed >>> 15) ^ turned(word3), 0xc2b2ae35)
}
/** The least significant byte first: so it is in the filters on disk. */
const turned = (word: number): number =>
  (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
const bitOf = (mixed: number, which: 0 | 1 | 2): number =>
  which === 0 ? mixed >>> 20 : which === 1 ? (mixed >>> 8) % FILTER_BITS : Math.imul(mixed, 0x9e3779b1) >>> 20

const setBit = (entry: Buffer, bit: number): void => {
  const byte = KEY_BYTES + (bit >> 3)
  entry[byte] = (entry[byte] ?? 0) | (1 << (bit & 7))
}

/** A page's rows → its entry in the index. */
export const pageEntryOf = (rows: Rows): Buffer => {
  const entry = Buffer.alloc(PAGE_ENTRY_BYTES)
  writeKey(rowsOver(entry), 0, readKey(rows, 0))
  for (let at = 0; at < rows.byteLength; at += ROW_BYTES) {
    const mixed = mixOf(readKey(rows, at))
    setBit(entry, bitOf(mixed, 0))
    setBit(entry, bitOf(mixed, 1))
    setBit(entry, bitOf(mixed, 2))
  }
  return entry
}

/** Where in a run a key may be. */
export interface RunIndex {
  readonly pages: number
  filterBytes(): number
  /** Prefixes of the first and the last key: what lies beyond is surely not in the run. */
  readonly first: number
  readonly last: number
  /** The page to look on; -1 when the key is surely not in the run. */
  pageOf(key: NonceKey, prefix: number): number
  /** Gives up the filters: each look costs a page from here on, unless the run's bounds exclude it. */
  dropFilters(): void
}

/**
 * @param entries of all pages, in order
 * @param lastKey of the run
 */
export const createRunIndex = (entries: Buffer, lastKey: NonceKey): RunIndex => {
  const pages = entries.length / PAGE_ENTRY_BYTES
  const fenceBytes = Buffer.allocUnsafeSlow(pages * KEY_BYTES)
  const fences = rowsOver(fenceBytes)
  let filters: Buffer | undefined = Buffer.allocUnsafeSlow(pages * FILTER_BYTES)
  for (let page = 0; page < pages; page += 1) {
    const at = page * PAGE_ENTRY_BYTES
    entries.copy(fenceBytes, page * KEY_BYTES, at, at + KEY_BYTES)
    entries.copy(filters, page * FILTER_BYTES, at + KEY_BYTES, at + PAGE_ENTRY_BYTES)
  }
  const prefixes = Float64Array.from({ length: pages }, (_, page) => prefixAt(fences, page * KEY_BYTES))
  /** The last page that begins at or before the key: by prefixes, and by whole keys where these are alike. */
  const pageFor = (key: NonceKey, prefix: number): number => {
    let low = 0
    let high = pages
    while (low < high) {
      const middle = (low + high) >> 1
      if ((prefixes[middle] ?? 0) <= prefix) low = middle + 1
      else high = middle
    }
    let page = low - 1
    while (page >= 0 && prefixes[page] === prefix && compareWith(fences, page * KEY_BYTES, key) > 0) page -= 1
    return page
  }
  const hasBit = (page: number, bit: number): boolean =>
    ((filters?.[page * FILTER_BYTES + (bit >> 3)] ?? 0xff) & (1 << (bit & 7))) !== 0
  const mayBeOn = (page: number, key: NonceKey): boolean => {
    const mixed = mixOf(key)
    return hasBit(page, bitOf(mixed, 0)) && hasBit(page, bitOf(mixed, 1)) && hasBit(page, bitOf(mixed, 2))
  }
  return {
    pages,
    first: prefixAt(fences, 0),
    last: prefixOf(lastKey),
    filterBytes: () => filters?.length ?? 0,
    pageOf(key, prefix) {
      const page = pageFor(key, prefix)
      return page >= 0 && mayBeOn(page, key) ? page : -1
    },
    dropFilters() {
      filters = undefined
    },
  }
}
