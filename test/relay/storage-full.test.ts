import { createServer } from 'node:http'
import { createStaticToken } from '@wmkt/api/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../packages/relay/src/clock.ts'
import { listen } from '../../packages/relay/src/http/listen.ts'
import { openLmdbOutbox } from '../../packages/relay/src/outbox/lmdb/lmdb.ts'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { startRelay } from '../support/relay.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** An upstream that is away until it is back; the nonces it got, with repeats. */
const startUpstream = async () => {
  const got: string[] = []
  let away = true
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    if (away) return res.writeHead(503).end()
    const body = String(Buffer.concat(chunks))
    if (req.method === 'POST') got.push(JSON.parse(body).nonce)
    return res.writeHead(200, { 'content-type': 'application/json' }).end('"id"')
  })
  const listener = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => listener.close(100))
  return { url: `${listener.url}/api/v1`, got, comeBack: () => (away = false) }
}

/** Over a file of 4 MiB at most, which is full as a disk is full. */
const startSmall = async (apiUrl: string) => {
  const dir = tempFolder('full')
  const onFatal = vi.fn()
  const outbox = { dir, clock: systemClock, log: silentLog, maxBytes: 2 ** 22, keepDeliveredMs: 0, onFatal }
  const seams = { tokens: createStaticToken('a.b.c'), openOutbox: () => openLmdbOutbox(outbox) }
  return { ...(await startRelay({ options: { apiUrl, rateLimit: 0 }, seams })), onFatal }
}

const post = (url: string, nonce: string) => {
  const item = { kind: 'event', nonce, eventType: 'lead', data: { text: 'x'.repeat(20_000) } }
  return fetch(`${url}/collect`, { method: 'POST', body: JSON.stringify({ items: [item] }) })
}

test('a full disk is answered 503, said by readyz, survived and left without a restart; nothing it answered for is lost', {
  timeout: 60_000,
}, async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const upstream = await startUpstream()
  const { url, relay, onFatal } = await startSmall(upstream.url)
  const fatal = vi.fn()
  relay.on('fatal', fatal)
  const stored: string[] = []
  let refused: Response | undefined
  for (let n = 0; !refused; n += 1) {
    const answer = await post(url, `n${n}`)
    if (answer.status === 202) stored.push(`n${n}`)
    else refused = answer
  }
  expect([refused.status, (await refused.json()).code]).toEqual([503, 'STORAGE_FULL'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(5)
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  expect(stored.length).toBeGreaterThan(20)

  upstream.comeBack()
  await expect.poll(() => new Set(upstream.got).size, { timeout: 30_000 }).toBe(stored.length)
  await expect
    .poll(async () => (await post(url, 'after')).status, { timeout: 20_000, interval: 200 })
    .toBe(202)
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200)
  await expect.poll(() => upstream.got.includes('after')).toBe(true)
  expect([...upstream.got].sort()).toEqual([...stored, 'after'].sort())
  expect(fatal).not.toHaveBeenCalled()
  expect(onFatal).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})
