import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseTrace, type SystemCall, systemCallsOf } from '../../../support/system-calls.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

let folder: LmdbFolder
beforeEach(async () => {
  folder = await makeLmdbFolder()
})
afterEach(() => folder.dispose())

const child = new URL('./children/put-and-say.mjs', import.meta.url).pathname
const trace = (how: string) => systemCallsOf(child, [folder.dir, how], join(folder.dir, 'trace'))

const SYNC = /^(fdatasync|fsync|msync)$/
const WRITE = /^(pwrite64|pwritev|writev|write)$/

/**
 * The answers that left before a sync that covers them had returned. Covered: the record's page was written, then a
 * sync began and returned, then a meta page was written through a descriptor that syncs by itself, or synced too.
 */
const uncoveredAnswers = (calls: readonly SystemCall[]): string[] => {
  const answers = calls.filter(({ name, args }) => name === 'write' && /^1, "resolved \d+/.test(args))
  return answers
    .map(({ args, began }) => ({ n: /resolved (\d+)/.exec(args)?.[1] ?? '', began }))
    .filter(({ n, began }) => !isCovered(calls, n, began))
    .map(({ n }) => n)
}

const isCovered = (calls: readonly SystemCall[], n: string, answeredAt: number): boolean => {
  const before = calls.filter(({ ok, returned }) => ok && returned < answeredAt)
  const written = before.find(({ name, args }) => WRITE.test(name) && args.includes(`record-${n};`))
  const synced = written && before.find(({ name, began }) => SYNC.test(name) && began > written.returned)
  const meta = synced && before.find((call) => isMetaWrite(call) && call.began > synced.returned)
  if (!meta) return false
  return (
    isSelfSyncing(calls, meta) || before.some(({ name, began }) => SYNC.test(name) && began > meta.returned)
  )
}

/** LMDB writes its meta page, in part, into one of the first two pages of the file. */
const isMetaWrite = ({ name, args }: SystemCall): boolean => {
  const [, offset = ''] = /, (\d+)$/.exec(args) ?? []
  return name === 'pwrite64' && Number(offset) < 8_192
}

const isSelfSyncing = (calls: readonly SystemCall[], { args, began }: SystemCall): boolean => {
  const fd = args.split(',')[0]
  const opened = calls.filter((call) => call.name === 'openat' && call.returned < began && fdOf(call) === fd)
  return /O_D?SYNC/.test(opened.at(-1)?.args ?? '')
}
const fdOf = ({ result }: SystemCall): string => result

test('no put resolves before a sync that covers it has returned', () => {
  const calls = trace('synced')
  const answers = calls.filter(({ args }) => args.includes('resolved '))
  expect(answers).toHaveLength(45)
  expect(uncoveredAnswers(calls)).toEqual([])
})

test('one sync covers a crowd of puts', () => {
  const calls = trace('synced')
  const from = calls.find(({ args }) => args.includes('resolved 5'))?.returned ?? 0
  const syncs = calls.filter(({ name, began }) => SYNC.test(name) && began > from)
  expect(syncs.length).toBeGreaterThanOrEqual(5)
  expect(syncs.length).toBeLessThan(25)
})

test('a store that does not sync is found out', () => {
  expect(uncoveredAnswers(trace('unsynced'))).toHaveLength(45)
})

test('a sync that returns after the answer covers nothing', () => {
  const lines = [
    '1 openat(AT_FDCWD, "o.mdb", O_RDWR) = 5',
    '1 openat(AT_FDCWD, "o.mdb", O_RDWR|O_DSYNC) = 6',
    '2 pwrite64(5, "record-1;", 9, 8192) = 9',
    '2 fdatasync(5 <unfinished ...>',
    '1 write(1, "resolved 1\\n", 11) = 11',
    '2 <... fdatasync resumed>) = 0',
    '2 pwrite64(6, "meta", 104, 40) = 104',
  ]
  expect(uncoveredAnswers(parseTrace(lines.join('\n')))).toEqual(['1'])
  const [open, openMeta, write, syncs, answer, synced, meta] = lines
  const inOrder = [open, openMeta, write, syncs, synced, meta, answer]
  expect(uncoveredAnswers(parseTrace(inOrder.join('\n')))).toEqual([])
})
