import { spawnSync } from 'node:child_process'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Child, QUICK_DATABASE, startChild } from '../support/child.ts'
import { freePort } from '../support/free-port.ts'
import { makeDataDir } from '../support/sandbox-folder.ts'

const BIN = fileURLToPath(new URL('../../packages/sandbox/bin/wmkt-sandbox.js', import.meta.url))

let dataDir = ''
beforeAll(async () => {
  dataDir = await makeDataDir()
})

const start = (...args: string[]): Child =>
  startChild([QUICK_DATABASE, BIN, '--data-dir', dataDir, '--log-level', 'warn', ...args])

const told = async (child: Child) => JSON.parse((await child.saw(/^\{"api".*\}$/m))[0])

describe('wmkt-sandbox', () => {
  test('prints one JSON line once it listens, and ends well at SIGTERM', async () => {
    const port = await freePort()
    const child = start('--port', String(port), '--project', 'my-shop')
    const line = await told(child)
    expect(line).toEqual({
      api: `http://127.0.0.1:${port}/api/v1`,
      oauth: `http://127.0.0.1:${port}/oidc`,
      credentials: join(dataDir, 'service-account.json'),
      projectId: 'my-shop',
    })
    expect((await stat(line.credentials)).isFile()).toBe(true)
    expect((await fetch(`${line.api}/agents/me`)).status).toBe(401)
    expect(await child.end()).toBe(0)
    expect(child.output().trim().split('\n')).toHaveLength(1)
  })

  test('killed without warning keeps what it answered for, and computes it after the restart', async () => {
    const event = { projectId: 'demo-shop', eventType: 'cta', nonce: 'survivor', data: { place: 'hero' } }
    const child = start('--port', '0', '--anonymous-events', '--latency-ms', '60000')
    const { api } = await told(child)
    const headers = { 'Content-Type': 'application/json' }
    const id = await (
      await fetch(`${api}/events`, { method: 'POST', headers, body: JSON.stringify(event) })
    ).json()
    await child.end('SIGKILL')
    const again = start('--port', '0', '--anonymous-events')
    const { api: newApi } = await told(again)
    const control = newApi.replace('/api/v1', '/__sandbox')
    const [kept] = await (await fetch(`${control}/events?nonce=survivor`)).json()
    expect(kept).toMatchObject({ id, status: 'accepted' })
    const repeat = await fetch(`${newApi}/events`, { method: 'POST', headers, body: JSON.stringify(event) })
    expect(await repeat.json()).toBe(id)
    await again.end()
  })

  test.each([
    [['--project', 'No Slug'], 'project: expected a slug'],
    [['--port', 'many'], 'expected a whole number'],
    [['--database-url', 'mysql://x'], 'databaseUrl: expected postgres://'],
    [['--bad'], 'unknown option'],
  ])('with %j ends with exit code 2 and says what was expected', (args, message) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8' })
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  test('on a port that is taken ends with exit code 1', async () => {
    const child = start('--port', '0')
    const { api } = await told(child)
    const { status, stderr } = spawnSync(
      process.execPath,
      [BIN, '--data-dir', `${dataDir}-2`, '--port', new URL(api).port],
      { encoding: 'utf8' },
    )
    await child.end()
    await rm(`${dataDir}-2`, { recursive: true, force: true })
    expect(status).toBe(1)
    expect(stderr).toContain('EADDRINUSE')
  })

  test('explains itself', () => {
    const { status, stdout } = spawnSync(process.execPath, [BIN, '--help'], { encoding: 'utf8' })
    expect(status).toBe(0)
    expect(stdout).toContain('--database-url')
    expect(stdout).toContain('one JSON line (api, oauth, credentials, projectId)')
  })
})
