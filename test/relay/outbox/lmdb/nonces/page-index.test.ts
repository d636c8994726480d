import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createRunIndex,
  pageEntryOf,
  type RunIndex,
} from '../../../../../packages/relay/src/outbox/lmdb/nonces/page-index.ts'
import { prefixOf, ROW_BYTES, rowsOver } from '../../../../../packages/relay/src/outbox/lmdb/nonces/row.ts'
import { KEY_BYTES, readKey } from '../../../../../packages/relay/src/outbox/nonce-key.ts'

const PAGE_ROWS = 3
/** Few bytes to choose from: pages begin alike, also in all of what is compared first. */
const key = fc
  .uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES, max: 1 })
  .map((bytes) => Buffer.from(bytes))
const keys = fc
  .uniqueArray(key, { minLength: 1, maxLength: 60, selector: (bytes) => bytes.toString('hex') })
  .map((all) => all.sort(Buffer.compare))

const keyOf = (bytes: Buffer) => readKey(rowsOver(bytes), 0)

const indexOf = (sorted: readonly Buffer[]) => {
  const pages: Buffer[] = []
  for (let at = 0; at < sorted.length; at += PAGE_ROWS) {
    const rows = sorted.slice(at, at + PAGE_ROWS)
    pages.push(Buffer.concat(rows.map((one) => Buffer.concat([one, Buffer.alloc(ROW_BYTES - KEY_BYTES)]))))
  }
  return createRunIndex(
    Buffer.concat(pages.map((page) => pageEntryOf(rowsOver(page)))),
    keyOf(sorted.at(-1) ?? Buffer.alloc(KEY_BYTES)),
  )
}

const pageFor = (index: RunIndex, bytes: Buffer) => index.pageOf(keyOf(bytes), prefixOf(keyOf(bytes)))

test('names the very page of every key of the run, with filters and without', () => {
  fc.assert(
    fc.property(keys, (sorted) => {
      const index = indexOf(sorted)
      const pagesOfAll = () => sorted.map((one) => pageFor(index, one))
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
  const sent = absent.filter((one) => !known.has(one.toString('hex')) && pageFor(index, one) >= 0)
  expect(sent.length).toBeLessThan(10)
})

test('makes the same filters of the same rows as ever: those on disk are read on', () => {
  const rows = Buffer.from(
    Array.from({ length: 100 * ROW_BYTES }, (_, n) => (n * 167 + (n >> 3) * 29 + (n >> 7)) & 0xff),
  )
  expect(
    createHash('sha256')
      .update(pageEntryOf(rowsOver(rows)))
      .digest('hex'),
  ).toBe('4a8fd4bb6f2dd15442394128b2dca7ed5c3e070abd3f9bcafc5605a779d757d8')
})
