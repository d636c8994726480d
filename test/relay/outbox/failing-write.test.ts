import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { given, orThrow } from '../../support/given.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

const strace = await given('strace')

let folder: LmdbFolder
beforeEach(async () => {
  folder = await makeLmdbFolder()
})
afterEach(() => folder.dispose())

const child = new URL('./children/failing-write.mjs', import.meta.url).pathname

test('commits that fail for want of room, with others run ahead of their end, leave each item there once', async () => {
  const inject = ['-e', 'trace=writev', '-e', 'inject=writev:error=ENOSPC:when=9..9999+7']
  const command = ['-f', '-o', '/dev/null', ...inject, process.execPath, child, folder.dir]
  const told = JSON.parse(
    execFileSync(orThrow(strace).path, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  expect(told.fatal).toEqual([])
  expect(told.refused).toBeGreaterThan(40)
  expect(told.outcomes).toEqual({ accepted: 3_000 })
  expect(told).toMatchObject({
    held: 3_000,
    right: 3_000,
    ledger: { received: 3_000, held: 3_000, duplicates: 0 },
  })
  const outbox = await folder.open()
  const fates = Array.from({ length: 3_000 }, (_, n) => outbox.fate(`n${n}`)?.state)
  expect(new Set(fates)).toEqual(new Set(['held']))
})
