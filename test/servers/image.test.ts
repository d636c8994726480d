import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { startProgram } from '../support/child.ts'
import { freePort } from '../support/free-port.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { makeImage } from './image.ts'

test('what deploy/Dockerfile puts together starts, is well by its own check, and stops at SIGTERM', async () => {
  const image = makeImage()
  expect(image.user).toBe('node')
  expect(image.passedOver).toEqual(['install -d -o node -g node -m 0700 /data'])
  const [port, adminPort] = [await freePort(), await freePort()]
  const settings = {
    ...image.env,
    ...{
      PORT: String(port),
      HOST: '127.0.0.1',
      WMKT_ADMIN_PORT: String(adminPort),
      WMKT_BASE_PATH: '/wmkt/',
    },
    ...{ WMKT_DATA_DIR: tempFolder('image-data'), WMKT_PROJECT_ID: 'demo-shop', WMKT_ACCESS_TOKEN: 'a.b.c' },
    ...{ WMKT_API_URL: 'http://127.0.0.1:9/api/v1', WMKT_VALIDATION: 'off', WMKT_SETTLEMENT: 'off' },
  }
  const check = (env: Record<string, string>) => {
    const [program = '', ...args] = image.healthCheck
    return spawnSync(program, args, { env: { PATH: process.env.PATH, ...env } }).status
  }
  const [program = '', ...args] = image.command
  const relay = startProgram(
    'bash',
    ['-c', `cd ${image.app} && exec ${[program, ...args].join(' ')}`],
    settings,
  )
  await relay.saw(/public http/)
  expect(check(settings)).toBe(0)
  expect((await fetch(`http://127.0.0.1:${port}/wmkt/tag.js`)).status).toBe(200)
  expect((await fetch(`http://127.0.0.1:${adminPort}/page/dashboard.js`)).status).toBe(200)
  expect(await relay.end()).toBe(0)
  expect(check(settings)).toBe(1)
}, 120_000)
