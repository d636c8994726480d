import { KEY_BYTES, type NonceKey, readKey, writeKey } from '../../nonce-key.ts'
import { compareWith, prefixAt, prefixOf, ROW_BYTES, type Rows, rowsOver } from './row.ts'

/** Of a page's filter, 16 bits a row: one absent nonce in two hundred makes a page be read in vain. */
export const FILTER_BYTES = 1_024
/** Of runs of before; with 8 bits a row it was one in forty. */
export const SMALL_FILTER_BYTES = 512
/** A page in the index of its run: its first key, and a filter that knows which keys are surely not on it. */
export const PAGE_ENTRY_BYTES = KEY_BYTES + FILTER_BYTES

/** What a key's three bits in a filter are cut from: the part of it that chance has made. */
const mixOf = ({ word2, word3, last }: NonceKey): number => {
  const mixed = Math.imul(turned(word2) ^ last, 0x85ebca6b)
  return Math.imul(mixed ^ (mixed >>> 15) ^ turned(word3), 0xc2b2ae35)
}
/** The least significant byte first: so it is in the filters on disk. */
const turned = (word: number): number =>
  (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
/** @param unused bits of 32 that a place in the filter does not need */
const bitOf = (mixed: number, which: 0 | 1 | 2, unused: number): number => {
  if (which === 0) return mixed >>> unused
  const other = which === 1 ? mixed << (32 - unused) : Math.imul(mixed, 0x9e3779b1)
  return other >>> unused
}
const unusedFor = (filterBytes: number): number => Math.clz32(filterBytes * 8) + 1
const UNUSED = unusedFor(FILTER_BYTES)

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
    setBit(entry, bitOf(mixed, 0, UNUSED))
    setBit(entry, bitOf(mixed, 1, UNUSED))
    setBit(entry, bitOf(mixed, 2, UNUSED))
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
 * @param filterSize of each page, in bytes
 */
export const createRunIndex = (
  entries: Buffer,
  lastKey: NonceKey,
  filterSize: number = FILTER_BYTES,
): RunIndex => {
  const entrySize = KEY_BYTES + filterSize
  const pages = entries.length / entrySize
  const unused = unusedFor(filterSize)
  const fenceBytes = Buffer.allocUnsafeSlow(pages * KEY_BYTES)
  const fences = rowsOver(fenceBytes)
  let filters: Buffer | undefined = Buffer.allocUnsafeSlow(pages * filterSize)
  for (let page = 0; page < pages; page += 1) {
    const at = page * entrySize
    entries.copy(fenceBytes, page * KEY_BYTES, at, at + KEY_BYTES)
    entries.copy(filters, page * filterSize, at + KEY_BYTES, at + entrySize)
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
    ((filters?.[page * filterSize + (bit >> 3)] ?? 0xff) & (1 << (bit & 7))) !== 0
  const mayBeOn = (page: number, key: NonceKey): boolean => {
    const mixed = mixOf(key)
    if (!hasBit(page, bitOf(mixed, 0, unused))) return false
    return hasBit(page, bitOf(mixed, 1, unused)) && hasBit(page, bitOf(mixed, 2, unused))
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
