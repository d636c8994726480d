import { execFileSync, spawnSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isBalanced } from '../../../../packages/relay/src/outbox/ledger.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

let folder: LmdbFolder
beforeEach(async () => {
  folder = await makeLmdbFolder()
})
afterEach(() => folder.dispose())

/** Mounts a small disk where only this command sees it. */
const onSmallDisk = (dir: string, command: string[]): string[] => [
  '-Urm',
  'sh',
  '-c',
  'mount -t tmpfs -o size=12m small "$0" && exec "$@"',
  dir,
  ...command,
]
const canMount =
  spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=1m small /mnt']).status === 0
const child = new URL('./children/disk-full.mjs', import.meta.url).pathname

test.skipIf(!canMount)(
  'a full disk is survived and left without a restart, and what was held is all there',
  () => {
    const command = onSmallDisk(folder.dir, [process.execPath, child, folder.dir])
    const told = JSON.parse(
      execFileSync('unshare', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    )
    expect(told.fatal).toEqual([])
    expect(told.filled).toBeGreaterThan(50)
    expect(told.refused).toBe('storage')
    expect(told.withoutReserve[0]).toBe('storage')
    expect([...told.withoutReserve, ...told.settled]).not.toContain('OutboxFailed')
    expect(told.again).toBeGreaterThan(50)
    expect(told.ledger).toMatchObject({ delivered: told.filled, held: told.again })
    expect(isBalanced(told.ledger)).toBe(true)
  },
)
