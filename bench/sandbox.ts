/**
 * The sandbox under load, on the embedded PostgreSQL: asynchronous events accepted and computed a second with full
 * reconciliation (yardstick: the 150 a second it promises), a read meanwhile, and how lists and insights grow from
 * 1,000 events to 100,000 (yardstick: themselves). Run: npx tsx --conditions=source bench/sandbox.ts [events]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createServiceAccountTokens } from '@wmkt/api/client'
import { startSandbox } from '@wmkt/sandbox'

const timed = async <T>(task: () => Promise<T>): Promise<[number, T]> => {
  const at = performance.now()
  const value = await task()
  return [performance.now() - at, value]
}
const quantile = (times: readonly number[], part: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? 0

const dataDir = await mkdtemp(join(tmpdir(), 'bench-sandbox-'))
const [firstMs, first] = await timed(() => startSandbox({ dataDir }))
await first.stop()
const [againMs, sandbox] = await timed(() => startSandbox({ dataDir, latencyMs: 0 }))
const tokens = createServiceAccountTokens({ keyFile: sandbox.credentials, oauthUrl: sandbox.oauth })
const headers = { Authorization: `Bearer ${await tokens.token()}`, 'Content-Type': 'application/json' }

const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
  const response = await fetch(`${sandbox.api}${path}`, {
    method,
    headers,
    body: JSON.stringify(body) ?? null,
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

const PROJECT = '/projects/demo-shop'
const DAY_MS = 86_400_000
let sent = 0
/** One event in ten is of a known buyer; each 1,000 have a month of their own, so the month asked for stays as it is. */
const post = (): Promise<unknown> => {
  const n = sent++
  const email = `buyer-${n % 10 ? n : Math.max(0, n - 10)}@shop.test`
  const eventDate = new Date(Date.UTC(2026, 0, 1) - DAY_MS * (31 * Math.floor(n / 1000) + 1 + (n % 31)))
  const data = { order_id: `o-${n}`, email, amount: n % 100, converted: n % 2 }
  const event = { projectId: 'demo-shop', eventType: 'purchase', nonce: `n-${n}`, trackerId: `t-${n}` }
  return call('POST', '/events', { ...event, eventDate, data })
}
const load = async (count: number): Promise<void> => {
  const end = sent + count
  const send = async (): Promise<void> => (sent < end ? post().then(send) : undefined)
  await Promise.all(Array.from({ length: 16 }, send))
  while ((await sandbox.counts()).accepted > 0) await pause(50)
}

const month = { since: '2025-12-01T00:00:00Z', until: '2025-12-31T23:59:59Z', interval: 'day' }
const insights = { ...month, groupBy: 'event-type', metrics: ['event-count', 'turnover', 'converted'] }
const QUERIES = {
  'users, first page': ['/users/search', { limit: 10 }],
  'a user by e-mail': ['/users/search', { filters: { email: 'buyer-77@shop.test' } }],
  'insights of a month': ['/events/insights', insights],
} as const
const measure = async (): Promise<Map<string, number>> => {
  const medians = new Map<string, number>()
  for (const [name, [path, body]] of Object.entries(QUERIES)) {
    const times: number[] = []
    for (let i = 0; i < 41; i++) times.push((await timed(() => call('POST', `${PROJECT}${path}`, body)))[0])
    medians.set(name, quantile(times, 0.5))
  }
  return medians
}

await load(1000)
const small = await measure()
const reads: number[] = []
let reading = true
const reader = (async () => {
  for (; reading; await pause(50)) reads.push((await timed(() => call('GET', PROJECT)))[0])
})()
const [tookMs] = await timed(() => load(3000))
reading = false
await reader
const perSecond = Math.round(3000 / (tookMs / 1000))
await load(Number(process.argv[2] ?? 100_000) - sent)
const growth = [...(await measure())].map(([name, ms]) => [
  name,
  { ms: +ms.toFixed(1), ratio: +(ms / (small.get(name) ?? ms)).toFixed(2) },
])
console.log(
  JSON.stringify({
    ready: { firstMs: Math.round(firstMs), withDataMs: Math.round(againMs) },
    ingestion: { perSecond, ratio: +(perSecond / 150).toFixed(2), readP99Ms: quantile(reads, 0.99) | 0 },
    growth: { from: 1000, to: sent, ...Object.fromEntries(growth) },
  }),
)
tokens.stop()
await sandbox.stop()
await rm(dataDir, { recursive: true })
