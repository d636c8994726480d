import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createRunIndex,
  pageEntryOf,
} from '../../../../../packages/relay/src/outbox/lmdb/nonces/page-index.ts'
import { KEY_BYTES, prefixAt, ROW_BYTES } from '../../../../../packages/relay/src/outbox/lmdb/nonces/row.ts'

const PAGE_ROWS = 3
/** Few bytes to choose from: pages begin alike, also in all of what is compared first. */
const key = fc
  .uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES, max: 1 })
  .map((bytes) => Buffer.from(bytes))
const keys = fc
  .uniqueArray(key, { minLength: 1, maxLength: 60, selector: (bytes) => bytes.toString('hex') })
  .map((all) => all.sort(Buffer.compare))

const indexOf = (sorted: readonly Buffer[]) => {
  const pages: Buffer[] = []
  for (let at = 0; at < sorted.length; at += PAGE_ROWS) {
    const rows = sorted.slice(at, at + PAGE_ROWS)
    pages.push(Buffer.concat(rows.map((one) => Buffer.concat([one, Buffer.alloc(ROW_BYTES - KEY_BYTES)]))))
  }
  return createRunIndex(Buffer.concat(pages.map(pageEntryOf)), sorted.at(-1) ?? Buffer.alloc(KEY_BYTES))
}

test('names the very page of every key of the run, with filters and without', () => {
  fc.assert(
    fc.property(keys, (sorted) => {
      const index = indexOf(sorted)
      const pagesOfAll = () => sorted.map((one) => index.pageOf(one, prefixAt(one, 0)))
      const expected = sorted.map((_, at) => Math.floor(at / PAGE_ROWS))
      expect(pagesOfAll()).toEqual(expected)
      index.dropFilters()
      expect(pagesOfAll()).toEqual(expected)
      expect(index.filterBytes()).toBe(0)
    }),
  )
})

test('sends hardly anyone to a page for a key that is not there', () => {
  const chance = (seed: number) =>
    Buffer.from(Array.from({ length: KEY_BYTES }, (_, at) => (seed * 31 + at * seed) % 251))
  const sorted = Array.from({ length: 300 }, (_, seed) => chance(seed * 2 + 1)).sort(Buffer.compare)
  const index = indexOf(sorted)
  const absent = Array.from({ length: 300 }, (_, seed) => chance(seed * 2 + 2))
  const known = new Set(sorted.map((one) => one.toString('hex')))
  const sent = absent.filter(
    (one) => !known.has(one.toString('hex')) && index.pageOf(one, prefixAt(one, 0)) >= 0,
  )
  expect(sent.length).toBeLessThan(10)
})
