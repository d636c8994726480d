import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import express from 'express'
import supertest from 'supertest'
import { expect, test } from 'vitest'
import { publicHeaders } from '../../../packages/relay/src/http/base-headers.ts'
import { notFound } from '../../../packages/relay/src/http/problem-handler.ts'
import { type Assets, loadAssets } from '../../../packages/relay/src/serve/assets.ts'
import { createAssetRouter } from '../../../packages/relay/src/serve/router.ts'
import { createScripts } from '../../../packages/relay/src/serve/scripts.ts'
import { type Log, silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const version = (text: string): Assets =>
  loadAssets((name) => (name === 'sw.js' ? undefined : Buffer.from(`${name} ${text}`)))
const hashedName = (assets: Assets, name: 'tag.js' | 'tag.mjs' | 'debug.js' = 'tag.js'): string =>
  assets.get(name)?.hashedName ?? ''

/** A relay of this version on a folder that others had before. */
const start = (dir: string, assets: Assets, log: Log = silentLog) => {
  const scripts = createScripts(dir, assets, log)
  scripts.keep()
  const app = express().use(createAssetRouter(scripts, publicHeaders()), notFound)
  return (name: string) => supertest(app).get(`/${name}`)
}

test('after an upgrade pages still get the very script that their snippet names', async () => {
  const dir = tempFolder('kept')
  const [first, second, third] = [version('1'), version('2'), version('3')] as const
  start(dir, first)
  start(dir, second)
  const get = start(dir, third)
  const bodies = await Promise.all([first, second, third].map(async (of) => (await get(hashedName(of))).text))
  expect(bodies).toEqual(['tag.js 1', 'tag.js 2', 'tag.js 3'])
  const old = await get(hashedName(first))
  expect(old.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'access-control-allow-origin': '*',
    'cache-control': expect.stringContaining('immutable'),
  })
  expect((await get(hashedName(first, 'tag.mjs'))).text).toBe('tag.mjs 1')
  expect((await get(hashedName(first, 'debug.js'))).status).toBe(404)
  expect((await get('tag.js')).text).toBe('tag.js 3')
})

test('what is not the bytes of its name is not served, nor anything else of the folder', async () => {
  const dir = tempFolder('kept')
  const [first, second] = [version('1'), version('2')]
  start(dir, first)
  writeFileSync(join(dir, 'tag', hashedName(first)), 'torn')
  writeFileSync(join(dir, 'tag', 'secret.js'), 'x')
  const get = start(dir, second)
  for (const name of [hashedName(first), 'secret.js', 'tag.0123456789abcdef.js', '%2e%2e', '%ff'])
    expect([name, (await get(name)).status < 400]).toEqual([name, false])
})

test('a script that was torn is whole again after the next start of its version', async () => {
  const dir = tempFolder('kept')
  start(dir, version('1'))
  writeFileSync(join(dir, 'tag', hashedName(version('1'))), 'torn')
  start(dir, version('1'))
  expect((await start(dir, version('2'))(hashedName(version('1')))).text).toBe('tag.js 1')
  expect(readdirSync(join(dir, 'tag')).filter((name) => !/^tag\.[0-9a-f]{16}\.m?js$/.test(name))).toEqual([])
})

test('a folder that cannot be made is said, and the scripts of now are served all the same', async () => {
  const file = join(tempFolder('kept'), 'file')
  writeFileSync(file, '')
  const said: string[] = []
  const log: Log = { ...silentLog, warn: (...args: unknown[]) => void said.push(String(args.at(-1))) }
  const get = start(file, version('1'), log)
  expect((await get(hashedName(version('1')))).status).toBe(200)
  expect(said).toEqual([expect.stringContaining('cannot be kept')])
})
