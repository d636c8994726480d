import { fork } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../../packages/relay/src/clock.ts'
import { OutboxOwned } from '../../../../packages/relay/src/outbox/lmdb/owner-lock.ts'
import { intakeOf } from '../intakes.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

let folder: LmdbFolder
beforeEach(async () => {
  folder = await makeLmdbFolder()
})
afterEach(() => folder.dispose())

const holder = new URL('./children/holder.mjs', import.meta.url)
const startHolder = async () => {
  const child = fork(holder, [folder.dir], { execArgv: [] })
  await once(child, 'message')
  return child
}

test('a second opener is refused after its wait, and told who holds the folder', async () => {
  const outbox = await folder.open()
  const second = folder.open({ clock: systemClock, ownerWaitMs: 120 })
  await expect(second).rejects.toThrow(OutboxOwned)
  await expect(folder.open({ ownerWaitMs: 0 })).rejects.toThrow(`process ${process.pid} on `)
  await outbox.close()
})

test('a second opener gets the folder when the first closes within its wait', async () => {
  const first = await folder.open()
  await first.put(intakeOf(['a']))
  const second = folder.open({ clock: systemClock, ownerWaitMs: 5_000 })
  await first.close()
  expect((await second).ledger().held).toBe(1)
})

test('another process keeps the folder until it is killed with -9, and not longer', async () => {
  const child = await startHolder()
  await expect(folder.open({ ownerWaitMs: 0 })).rejects.toThrow(`process ${child.pid} on `)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect((await folder.open({ ownerWaitMs: 0 })).ledger().held).toBe(1)
})
