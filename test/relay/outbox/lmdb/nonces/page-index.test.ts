import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createRunIndex,
  FILTER_BYTES,
  pageEntryOf,
  type RunIndex,
  SMALL_FILTER_BYTES,
} from '../../../../../packages/relay/src/outbox/lmdb/nonces/page-index.ts'
import { prefixOf, ROW_BYTES, rowsOver } from '../../../../../packages/relay/src/outbox/lmdb/nonces/row.ts'
import { PAGE_ROWS } from '../../../../../packages/relay/src/outbox/lmdb/nonces/runs.ts'
import { KEY_BYTES, readKey } from '../../../../../packages/relay/src/outbox/nonce-key.ts'
import { createSeeded, wholeIn } from '../../../../support/seeded.ts'
import { smallEntryOf } from './small-filter.ts'

/** Few bytes to choose from: pages begin alike, also in all of what is compared first. */
const key = fc
  .uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES, max: 1 })
  .map((bytes) => Buffer.from(bytes))
const keys = fc
  .uniqueArray(key, { minLength: 1, maxLength: 60, selector: (bytes) => bytes.toString('hex') })
  .map((all) => all.sort(Buffer.compare))

const keyOf = (bytes: Buffer) => readKey(rowsOver(bytes), 0)
const rowsOf = (all: readonly Buffer[]): Buffer =>
  Buffer.concat(all.map((one) => Buffer.concat([one, Buffer.alloc(ROW_BYTES - KEY_BYTES)])))
const pageFor = (index: RunIndex, bytes: Buffer) => index.pageOf(keyOf(bytes), prefixOf(keyOf(bytes)))

const entryOf = (rows: Buffer): Buffer => pageEntryOf(rowsOver(rows))

describe.each([
  ['of today', FILTER_BYTES, entryOf, 0.01],
  ['of runs of before', SMALL_FILTER_BYTES, smallEntryOf, 0.05],
] as const)('with filters %s', (_, filterBytes, entryFor, mostInVain) => {
  const indexOf = (sorted: readonly Buffer[], pageRows: number): RunIndex => {
    const entries: Buffer[] = []
    for (let at = 0; at < sorted.length; at += pageRows)
      entries.push(entryFor(rowsOf(sorted.slice(at, at + pageRows))))
    return createRunIndex(Buffer.concat(entries), keyOf(sorted.at(-1) as Buffer), filterBytes)
  }

  test('names the very page of every key of the run, also when the filters are given up', () => {
    fc.assert(
      fc.property(keys, (sorted) => {
        const index = indexOf(sorted, 3)
        const pagesOfAll = () => sorted.map((one) => pageFor(index, one))
        const expected = sorted.map((_, at) => Math.floor(at / 3))
        expect(pagesOfAll()).toEqual(expected)
        index.dropFilters()
        expect(pagesOfAll()).toEqual(expected)
        expect(index.filterBytes()).toBe(0)
      }),
    )
  })

  test('sends few to a full page for a key that is not there', () => {
    const seeded = createSeeded(7)
    const byChance = () => Buffer.from(Array.from({ length: KEY_BYTES }, () => wholeIn(seeded, 0, 255)))
    const many = (count: number) => Array.from({ length: count }, byChance)
    const index = indexOf(many(4 * PAGE_ROWS).sort(Buffer.compare), PAGE_ROWS)
    const sent = many(10_000).filter((absent) => pageFor(index, absent) >= 0)
    expect(sent.length / 10_000).toBeLessThan(mostInVain)
    expect(sent.length).toBeGreaterThan(0)
  })
})

test('makes the same filters of the same rows as ever: those on disk are read on', () => {
  const rows = Buffer.from(
    Array.from({ length: 100 * ROW_BYTES }, (_, n) => (n * 167 + (n >> 3) * 29 + (n >> 7)) & 0xff),
  )
  const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  expect(digestOf(smallEntryOf(rows))).toBe(
    '4a8fd4bb6f2dd15442394128b2dca7ed5c3e070abd3f9bcafc5605a779d757d8',
  )
  expect(digestOf(entryOf(rows))).toBe('a665848f83749eb67c7c6f2ffc635f2374264e66ddcc5458d572992916e8c537')
})
