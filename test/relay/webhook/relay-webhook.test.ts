import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { RelayOptions } from '../../../packages/relay/src/options.ts'
import { createRelay, type Relay } from '../../../packages/relay/src/relay.ts'
import { createLogger } from '../../../packages/relay/src/telemetry/logger.ts'
import { startChild } from '../../support/child.ts'
import { freePort } from '../../support/free-port.ts'
import { ROOT } from '../../support/sources.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { createStaticTokens, respond, startUpstream } from '../../support/upstream-stub.ts'
import { SECRET, startReceiver } from './receiver.ts'

vi.setConfig({ testTimeout: 120_000 })
const PATIENT = { timeout: 60_000, interval: 20 }

const startShop = () =>
  startUpstream((nonce) =>
    nonce.startsWith('bad') ? respond(422, 'no') : respond(201, JSON.stringify(`uuid-${nonce}`)),
  )

/** A relay over an outbox on disk, as a host has it in its own process. */
const start = async (more: Partial<RelayOptions> = {}, dataDir = tempFolder('webhook')) => {
  const nowhere = { validation: 'off' as const, settlement: false }
  const options = { projectId: 'demo-shop', accessToken: 'a.b.c', ...nowhere, dataDir, ...more }
  let logged = ''
  const write = (line: string) => {
    logged += line
  }
  const log = createLogger('trace', { write })
  const relay = createRelay(options, { log, tokens: createStaticTokens(), stopMs: 50 })
  await relay.start()
  onTestFinished(() => relay.stop())
  return { relay, dataDir, logged: () => logged }
}
const record = async (relay: Relay, ...nonces: string[]) => {
  for (const nonce of nonces)
    await relay.event('purchase', { email: 'mona@shop.example' }, { nonce, trackerId: 'ru1cc7' })
}

test('each delivered event is told with its UUID, signed, and nothing of anybody in it', async () => {
  const [apiUrl, receiver] = [await startShop(), await startReceiver()]
  const { relay, logged } = await start({ apiUrl, webhookUrl: receiver.url, webhookSecret: SECRET })
  const before = Date.now()
  await record(relay, 'order-1', 'bad-2', 'order-3')
  await expect.poll(() => [...receiver.taken].sort(), PATIENT).toEqual(['order-1', 'order-3'])
  const told = receiver.messages.flatMap(({ events }) => events)
  expect(told).toHaveLength(2)
  for (const { nonce, eventType, upstreamId, deliveredAt } of told) {
    expect([eventType, upstreamId]).toEqual(['purchase', `uuid-${nonce}`])
    expect([deliveredAt >= before, deliveredAt <= Date.now()]).toEqual([true, true])
  }
  for (const { isSigned, path, body } of receiver.messages) {
    expect([isSigned, path]).toEqual([true, '/hook?shop=7'])
    expect(body).not.toMatch(/mona|ru1cc7/)
  }
  expect(logged()).not.toMatch(/mona|ru1cc7|whsec|shop=7/)
})

test('a receiver that is down, moved or cut off is told again until it takes it; deliveries go on meanwhile', async () => {
  const [apiUrl, receiver] = [await startShop(), await startReceiver()]
  const elsewhere = await startReceiver()
  const answers = [
    { status: 500 },
    'cut' as const,
    { status: 307, headers: { location: elsewhere.url } },
    { status: 204 },
  ]
  receiver.answer = () => answers.shift() ?? { status: 204 }
  const { relay, logged } = await start({ apiUrl, webhookUrl: receiver.url, webhookSecret: SECRET })
  await record(relay, 'order-1')
  await expect.poll(() => receiver.messages.length, PATIENT).toBe(1)
  await record(relay, 'order-2')
  await expect.poll(async () => (await relay.fate('order-2'))?.state, PATIENT).toBe('delivered')
  await expect.poll(() => receiver.taken, PATIENT).toEqual(['order-1', 'order-2'])
  expect(elsewhere.messages).toEqual([])
  expect(logged()).toContain('the webhook does not take deliveries')
  expect(logged()).not.toMatch(/whsec|shop=7/)
})

test('what was not told before a restart is told after it, and what was told is not', async () => {
  const [apiUrl, receiver] = [await startShop(), await startReceiver()]
  const webhook = { webhookUrl: receiver.url, webhookSecret: SECRET }
  const before = await start({ apiUrl, ...webhook })
  await record(before.relay, 'order-1')
  await expect.poll(() => receiver.taken, PATIENT).toEqual(['order-1'])
  receiver.answer = () => ({ status: 503 })
  await record(before.relay, 'order-2', 'order-3')
  for (const nonce of ['order-2', 'order-3'])
    await expect.poll(async () => (await before.relay.fate(nonce))?.state, PATIENT).toBe('delivered')
  await expect.poll(() => receiver.messages.length, PATIENT).toBeGreaterThan(1)
  await before.relay.stop()
  receiver.answer = () => ({ status: 200 })
  await start({ apiUrl, ...webhook }, before.dataDir)
  await expect.poll(() => [...receiver.taken].sort(), PATIENT).toEqual(['order-1', 'order-2', 'order-3'])
})

test('without a webhook nothing is written down for one', async () => {
  const [apiUrl, receiver] = [await startShop(), await startReceiver()]
  const before = await start({ apiUrl })
  await record(before.relay, 'order-1')
  await expect.poll(async () => (await before.relay.fate('order-1'))?.state, PATIENT).toBe('delivered')
  await before.relay.stop()
  const webhook = { webhookUrl: receiver.url, webhookSecret: SECRET }
  const { relay } = await start({ apiUrl, ...webhook }, before.dataDir)
  await record(relay, 'order-2')
  await expect.poll(() => receiver.taken, PATIENT).toEqual(['order-2'])
})

test('a process that is killed while the receiver is away, or in the midst of telling, loses nothing: the next one tells the rest, with status and metrics', async () => {
  const [apiUrl, hookPort, dataDir] = [await startShop(), await freePort(), tempFolder('webhook')]
  const [port, adminPort] = [await freePort(), await freePort()]
  const env = {
    ...{ HOST: '127.0.0.1', PORT: String(port), WMKT_ADMIN_PORT: String(adminPort) },
    ...{ WMKT_PROJECT_ID: 'demo-shop', WMKT_ACCESS_TOKEN: 'a.b.c', WMKT_API_URL: apiUrl },
    ...{ WMKT_DATA_DIR: dataDir, WMKT_VALIDATION: 'off', WMKT_SETTLEMENT: 'off' },
    WMKT_WEBHOOK_URL: `http://127.0.0.1:${hookPort}/hook`,
    WMKT_WEBHOOK_SECRET: SECRET,
  }
  const run = async () => {
    const child = startChild([join(ROOT, 'packages/relay/bin/wmkt-relay.js'), 'start'], env)
    onTestFinished(() => void child.end('SIGKILL'))
    await child.saw(/public http/)
    return child
  }
  const admin = async (path: string) => (await fetch(`http://127.0.0.1:${adminPort}${path}`)).text()
  const nonces = Array.from({ length: 150 }, (_, n) => `order-${n}`)
  const status = async () => JSON.parse(await admin('/api/status'))
  const collect = (part: string[]) => {
    const items = part.map((nonce) => ({ kind: 'event', nonce, eventType: 'purchase', data: {} }))
    return fetch(`http://127.0.0.1:${port}/collect`, { method: 'POST', body: JSON.stringify({ items }) })
  }

  const first = await run()
  for (let at = 0; at < nonces.length; at += 50) await collect(nonces.slice(at, at + 50))
  await expect.poll(async () => (await status()).ledger.delivered, PATIENT).toBe(nonces.length)
  await expect.poll(async () => (await status()).webhook.problem, PATIENT).toBe('ECONNREFUSED')
  expect((await status()).webhook).toMatchObject({ told: 0, oldestAt: expect.any(Number) })
  await first.end('SIGKILL')

  const receiver = await startReceiver(hookPort)
  receiver.answer = () => (receiver.messages.length > 1 ? 'hang' : { status: 204 })
  const second = await run()
  await expect.poll(() => receiver.messages.length, PATIENT).toBe(2)
  await second.end('SIGKILL')
  expect(new Set(receiver.taken).size).toBeLessThan(nonces.length)

  receiver.answer = () => ({ status: 204 })
  await run()
  await expect.poll(() => new Set(receiver.taken).size, PATIENT).toBe(nonces.length)
  expect(new Set(receiver.taken)).toEqual(new Set(nonces))
  expect(receiver.messages.every(({ isSigned }) => isSigned)).toBe(true)
  await expect
    .poll(async () => (await status()).webhook, PATIENT)
    .toEqual({ told: expect.any(Number), failures: 0 })
  const metrics = await admin('/metrics')
  expect(metrics).toMatch(/^wmkt_webhook_told_total [1-9]\d+$/m)
  expect(metrics).toMatch(/^wmkt_webhook_lag_seconds 0$/m)
})
