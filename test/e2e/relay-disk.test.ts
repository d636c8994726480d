import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Child, startChild } from '../support/child.ts'
import { freePort } from '../support/free-port.ts'
import { given, orThrow } from '../support/given.ts'
import { ROOT } from '../support/sources.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** The relay and a disk that fails it: real processes, real files, real errors of the kernel's making. */
const BIN = join(ROOT, 'packages/relay/bin/wmkt-relay.js')

const found = await given('strace')

const settings = async (dataDir: string) => ({
  HOST: '127.0.0.1',
  PORT: String(await freePort()),
  WMKT_ADMIN_PORT: String(await freePort()),
  WMKT_PROJECT_ID: 'demo-shop',
  WMKT_ACCESS_TOKEN: 'a.b.c',
  WMKT_API_URL: 'http://127.0.0.1:9/api/v1',
  WMKT_DATA_DIR: dataDir,
  WMKT_RATE_LIMIT: '0',
})
const start = async (env: Record<string, string>): Promise<Child> => {
  const relay = startChild([BIN], env)
  onTestFinished(async () => {
    await relay.end('SIGKILL')
  })
  await relay.saw(/public http/)
  return relay
}
const item = (nonce: string) => ({ kind: 'event', nonce, eventType: 'lead', data: { x: 'x'.repeat(3_000) } })
const post = (port: string, nonce: string) =>
  fetch(`http://127.0.0.1:${port}/collect`, {
    method: 'POST',
    body: JSON.stringify({ items: [item(nonce)] }),
  })
const heldAt = async (adminPort: string): Promise<number> =>
  (await (await fetch(`http://127.0.0.1:${adminPort}/api/status`)).json()).ledger.held

test('a torn file is set aside and said, and the relay starts', async () => {
  const dataDir = tempFolder('torn')
  const env = await settings(dataDir)
  const before = await start(env)
  for (let n = 0; n < 30; n += 1) expect((await post(env.PORT, `n${n}`)).status).toBe(202)
  await before.end('SIGKILL')
  const file = join(dataDir, 'outbox', 'outbox.mdb')
  truncateSync(file, Math.floor(statSync(file).size / 2 / 4096) * 4096 - 100)
  const after = await start(env)
  expect((await post(env.PORT, 'again')).status).toBe(202)
  expect(readdirSync(join(dataDir, 'outbox')).some((name) => name.includes('.unreadable-'))).toBe(true)
  await after.saw(/"level":50.*unreadable/)
  await after.end()
})

test.runIf(process.platform === 'linux')(
  'a sync that fails ends the relay with 1, no batch is answered 202 after it, and all that was is there again',
  async () => {
    const dataDir = tempFolder('eio')
    const env = await settings(dataDir)
    const relay = await start(env)
    const stored: string[] = []
    for (let n = 0; n < 10; n += 1) if ((await post(env.PORT, `n${n}`)).ok) stored.push(`n${n}`)
    const trace = await failSyncs(relay.pid)
    const refused = await post(env.PORT, 'lost-sync').then(async (answer) => [
      answer.status,
      (await answer.json()).code,
    ])
    expect(refused).toEqual([503, 'STORAGE_FAILED'])
    await expect(relay.saw(/never said/)).rejects.toThrow('exited with 1 ')
    trace.kill('SIGTERM')
    expect(stored).toHaveLength(10)
    const again = await start(env)
    expect(await heldAt(env.WMKT_ADMIN_PORT)).toBeGreaterThanOrEqual(10)
    for (const nonce of stored) expect((await (await post(env.PORT, nonce)).json()).duplicates).toBe(1)
    await again.end()
  },
)

/** From now on the kernel answers every sync of this process with EIO. */
const failSyncs = async (pid: number) => {
  const inject = 'inject=fdatasync,fsync,msync:error=EIO'
  const strace = spawn(
    orThrow(found).path,
    ['-f', '-p', String(pid), '-e', 'trace=fdatasync,fsync,msync', '-e', inject],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const [attached] = await once(strace.stderr, 'data')
  expect(String(attached)).toMatch(/attached/)
  strace.stderr.resume()
  return strace
}
