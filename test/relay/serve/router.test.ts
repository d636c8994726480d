import express from 'express'
import supertest from 'supertest'
import { expect, test } from 'vitest'
import { publicHeaders } from '../../../packages/relay/src/http/base-headers.ts'
import { createProblemHandler } from '../../../packages/relay/src/http/problem-handler.ts'
import { loadAssets } from '../../../packages/relay/src/serve/assets.ts'
import { createAssetRouter } from '../../../packages/relay/src/serve/router.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'

const SCRIPT = Buffer.from('window.wmkt=1;'.repeat(50))
const assets = loadAssets((name) => (name === 'tag.js' ? SCRIPT : undefined))
const headers = publicHeaders()
const app = express().use(
  createAssetRouter({ assets, find: () => undefined }, headers),
  createProblemHandler(silentLog, headers),
)

test.each(['br', 'gzip', 'identity'])('tag.js is served as %s', async (encoding) => {
  const response = await supertest(app).get('/tag.js').set('accept-encoding', encoding)
  expect(response.status).toBe(200)
  expect(response.headers['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding)
  expect(response.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'cache-control': 'public, max-age=3600',
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'Accept-Encoding',
  })
  if (encoding !== 'br') expect(response.text).toBe(SCRIPT.toString())
})

test('an unchanged file is answered 304, its hashed name is immutable', async () => {
  const asset = assets.get('tag.js')
  const again = await supertest(app).get('/tag.js').set('if-none-match', `W/${asset?.etag}`)
  const hashed = await supertest(app).get(`/${asset?.hashedName}`)
  expect([again.status, hashed.status]).toEqual([304, 200])
  expect(hashed.headers['cache-control']).toContain('immutable')
})

test('a file that was not built is a problem that says so', async () => {
  const response = await supertest(app).get('/sw.js')
  expect([response.status, response.body.code]).toEqual([404, 'NOT_FOUND'])
  expect(response.body.detail).toContain('npm run build')
})
