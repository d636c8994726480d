import { execFileSync, type StdioOptions } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { given, orThrow } from '../../../support/given.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

const strace = await given('strace')

let folder: LmdbFolder
beforeEach(async () => {
  folder = await makeLmdbFolder()
})
afterEach(() => folder.dispose())

const child = new URL('./children/failing-sync.mjs', import.meta.url).pathname

/** What a child is told whose syncs fail from the thirtieth on. */
const toldWhenSyncsFail = (...how: string[]) => {
  const inject = ['-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=30+']
  const command = ['-f', '-o', '/dev/null', ...inject, process.execPath, child, folder.dir, ...how]
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe']
  return JSON.parse(execFileSync(orThrow(strace).path, command, { encoding: 'utf8', stdio, timeout: 20_000 }))
}

test('when a sync fails nothing more is taken, and that is told once', async () => {
  const told = toldWhenSyncsFail()
  expect(told.answers.at(-1)).toBe('OutboxFailed')
  expect(told.answers.slice(0, -1)).toEqual(Array(told.answers.length - 1).fill('accepted'))
  expect(told.answers.length).toBeGreaterThan(1)
  expect(told.received).toBe(told.answers.length - 1)
  expect(told.after).toEqual(Array(3).fill('OutboxFailed'))
  expect(told.fatal).toEqual(['OutboxFailed'])
  expect(existsSync(join(folder.dir, 'suspect'))).toBe(true)
  const outbox = await folder.open()
  for (let n = 1; n < told.answers.length; n += 1) expect(outbox.fate(`n${n}`)?.state).toBe('held')
})

test('where not even that can be noted, nobody waits for an answer', () => {
  const told = toldWhenSyncsFail('unmarked')
  expect(told.answers.at(-1)).toBe('OutboxFailed')
  expect(told.after).toEqual(Array(3).fill('OutboxFailed'))
  expect(told.fatal).toEqual(['OutboxFailed'])
})
