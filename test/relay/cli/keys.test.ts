import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readKeyFile } from '../../../packages/relay/src/seal/key-file.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { runCli } from '../../support/terminal.ts'

const start = (more: Record<string, string> = {}) => {
  const dir = tempFolder('keys')
  const env = {
    WMKT_PROJECT_ID: 'demo-shop',
    WMKT_ACCESS_TOKEN: 'a.b.c',
    WMKT_DATA_DIR: dir,
    ...more,
  }
  return {
    path: join(dir, 'outbox-keys.json'),
    keys: (...args: string[]) => runCli(['keys', ...args], { env }),
  }
}

test('keys are made, added, listed without themselves, and shredded when it is meant', async () => {
  const { path, keys } = start()
  expect((await keys('ls')).code).toBe(2)
  const first = JSON.parse((await keys('rotate', '--json')).out).id
  const second = JSON.parse((await keys('rotate', '--json')).out).id
  expect(JSON.parse((await keys('ls', '--json')).out)).toMatchObject([
    { id: first, encrypts: false },
    { id: second, encrypts: true },
  ])
  const { out } = await keys('ls')
  expect(out).toMatch(new RegExp(`^${first}\t.*Z\tdecrypts\n${second}\t.*Z\tencrypts\n$`))
  for (const { key } of readKeyFile(path).keys) expect(out).not.toContain(key)
  expect(await keys('shred', second, '--yes')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/rotate first/),
  })
  expect(await keys('shred', first)).toMatchObject({ code: 1, err: expect.stringMatching(/--yes/) })
  expect(await keys('shred', 'none', '--yes')).toMatchObject({ code: 1 })
  expect(await keys('shred', first, '--yes')).toMatchObject({ code: 0, out: `shred: ${first}\n` })
  expect(readKeyFile(path).keys.map(({ id }) => id)).toEqual([second])
})

test('a key may be made to encrypt later', async () => {
  const { keys } = start()
  const first = JSON.parse((await keys('rotate', '--json')).out).id
  const later = JSON.parse((await keys('rotate', '--in', '1h', '--json')).out).id
  expect((await keys('ls')).out).toMatch(
    new RegExp(`^${first}\\t.*\\tencrypts\\n${later}\\t.*\\tdecrypts\\tfrom .*Z\\n$`),
  )
  expect((await keys('rotate', '--in', 'soon')).code).toBe(2)
})

test('on NATS the key file has to be named', async () => {
  const { keys } = start({ WMKT_OUTBOX_URL: 'nats://127.0.0.1:9' })
  expect(await keys('rotate')).toMatchObject({ code: 2, err: expect.stringMatching(/WMKT_KEY_FILE/) })
  const named = start({
    WMKT_OUTBOX_URL: 'nats://127.0.0.1:9',
    WMKT_KEY_FILE: join(tempFolder('keys'), 'k.json'),
  })
  expect((await named.keys('rotate')).code).toBe(0)
})
