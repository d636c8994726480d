/**
 * The sandbox under load, on the embedded PostgreSQL: how many asynchronous events a second it accepts and computes
 * with full reconciliation, how reads fare meanwhile, and how lists and insights grow from 1,000 to 100,000 events.
 *
 * node --conditions=source --experimental-strip-types bench/sandbox.ts
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '@wmkt/sandbox'
import { importPKCS8, SignJWT } from 'jose'

const dataDir = await mkdtemp(join(tmpdir(), 'bench-sandbox-'))
const timed = async <T>(task: () => Promise<T>): Promise<[number, T]> => {
  const at = performance.now()
  const value = await task()
  return [performance.now() - at, value]
}

const [firstMs, first] = await timed(() => startSandbox({ dataDir }))
await first.stop()
const [againMs, sandbox] = await timed(() => startSandbox({ dataDir, latencyMs: 0 }))
console.log(
  `ready: first start ${(firstMs / 1000).toFixed(1)} s (at most 10), with data ${(againMs / 1000).toFixed(2)} s (at most 1)`,
)

const key = JSON.parse(await readFile(sandbox.credentials, 'utf8'))
const assertion = await new SignJWT({ scope: 'full_access' })
  .setProtectedHeader({ alg: 'RS256', kid: key.privateKeyId })
  .setIssuer(key.clientId)
  .setSubject(key.serviceAccountEmail)
  .setAudience(`${sandbox.oauth}/token`)
  .setExpirationTime('300s')
  .sign(await importPKCS8(key.privateKey, 'RS256'))
const grant = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
const { access_token } = await (await fetch(`${sandbox.oauth}/token`, { method: 'POST', body: grant })).json()
const headers = { Authorization: `Bearer ${access_token}`, 'Content-Type': 'application/json' }
const call = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`${sandbox.api}${path}`, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

let sent = 0
const DAY = 86_400_000
/** Each event is a visitor's, one in ten of a known buyer; every 1,000 have a month of their own, so the month asked for stays as it is. */
const post = () => {
  const n = sent++
  const data = {
    order_id: `o-${n}`,
    email: `buyer-${n - (n % 10 ? 0 : 10)}@shop.test`,
    amount: n % 100,
    converted: n % 2,
  }
  const eventDate = new Date(Date.UTC(2026, 0, 1) - DAY * (31 * Math.floor(n / 1000) + 1 + (n % 31)))
  return call('POST', '/events', {
    projectId: 'demo-shop',
    eventType: 'purchase',
    nonce: `n-${n}`,
    trackerId: `t-${n}`,
    eventDate,
    data,
  })
}

const load = async (count: number): Promise<void> => {
  const end = sent + count
  const sender = async () => {
    while (sent < end) await post()
  }
  await Promise.all(Array.from({ length: 16 }, sender))
  while ((await sandbox.counts()).accepted > 0) await new Promise((later) => setTimeout(later, 50))
}

const QUERIES: Record<string, () => Promise<unknown>> = {
  'event types': () => call('GET', '/projects/demo-shop/event-types?limit=10'),
  'users, first page': () => call('POST', '/projects/demo-shop/users/search', { limit: 10 }),
  'users, by e-mail': () =>
    call('POST', '/projects/demo-shop/users/search', { filters: { email: 'buyer-77@shop.test' } }),
  'insights of a month': () =>
    call('POST', '/projects/demo-shop/events/insights', {
      ...{
        since: '2025-12-01T00:00:00Z',
        until: '2025-12-31T23:59:59Z',
        metrics: ['event-count', 'turnover', 'converted'],
      },
      ...{ groupBy: 'event-type', interval: 'day', filter: null },
    }),
}

const medianMs = async (query: () => Promise<unknown>): Promise<number> => {
  const times: number[] = []
  for (let i = 0; i < 21; i++) times.push((await timed(query))[0])
  return times.sort((a, b) => a - b)[10] ?? 0
}
const measure = async (): Promise<Map<string, number>> => {
  const medians = new Map<string, number>()
  for (const [name, query] of Object.entries(QUERIES)) medians.set(name, await medianMs(query))
  return medians
}

await load(1000)
const small = await measure()
const watch = { reading: true, times: [] as number[] }
const reader = (async () => {
  while (watch.reading) watch.times.push((await timed(() => call('GET', '/projects/demo-shop')))[0])
})()
const [tookMs] = await timed(() => load(3000))
watch.reading = false
await reader
const p99 = watch.times.sort((a, b) => a - b)[Math.floor(watch.times.length * 0.99)] ?? 0
const rate = 3000 / (tookMs / 1000)
console.log(
  `accepted and computed: ${rate.toFixed(0)} events/s, ${(rate / 150).toFixed(1)}× the 150 asked for; a read meanwhile: p99 ${p99.toFixed(0)} ms`,
)

const total = Number(process.argv[2] ?? 100_000)
await load(total - sent)
for (const [name, ms] of await measure()) {
  const before = small.get(name) ?? ms
  console.log(
    `${name}: ${before.toFixed(1)} ms at 1,000 events, ${ms.toFixed(1)} ms at ${sent}: ${(ms / before).toFixed(2)}× (at most 2)`,
  )
}
await sandbox.stop()
await rm(dataDir, { recursive: true })
