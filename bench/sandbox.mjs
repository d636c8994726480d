/**
 * The sandbox on its embedded PostgreSQL, in a process of its own: how soon it is ready, asynchronous events accepted
 * and computed a second with full reconciliation while reads are answered (goal: 150, at under 5 ms of processor time
 * each), and how lists and insights grow from 1,000 events stored to 100,000 (goal: 2×).
 * After `npm run build`: node bench/sandbox.mjs
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createServiceAccountTokens } from '../packages/api/dist/client/index.js'
import { openEmbedded } from '../packages/sandbox/dist/storage/database.js'

const [FEW, MANY] = [1_000, 100_000]
const EVENTS = 3_000
const SENDERS = 16
const ROUNDS = 61
const CHILD = fileURLToPath(new URL('./sandbox-child.mjs', import.meta.url))
const ROWS = readFileSync(new URL('./sandbox.sql', import.meta.url), 'utf8')
const dataDir = mkdtempSync(join(tmpdir(), 'bench-sandbox-'))

const quantile = (times, part) => times.toSorted((a, b) => a - b)[Math.floor(times.length * part)]
const timed = async (task) => {
  const at = performance.now()
  await task()
  return performance.now() - at
}

/** A running sandbox and a caller that holds a token for it. */
const start = async () => {
  const at = performance.now()
  const child = fork(CHILD, [dataDir])
  const [told] = await once(child, 'message')
  const readyMs = Math.round(performance.now() - at)
  const tokens = createServiceAccountTokens({ keyFile: told.credentials, oauthUrl: told.oauth })
  const headers = { Authorization: `Bearer ${await tokens.token()}`, 'Content-Type': 'application/json' }
  const call = async (method, path, body) => {
    const response = await fetch(`${told.api}${path}`, { method, headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
  const usage = async () => (child.send('usage'), (await once(child, 'message'))[0])
  const waiting = async () => (await fetch(`${told.url}/__sandbox/events?status=accepted&limit=1`)).json()
  const stop = async () => {
    tokens.stop()
    child.send('stop')
    await once(child, 'exit')
  }
  return { readyMs, call, usage, waiting, stop }
}

/** Fills the tables up to so many events. */
const fill = async (from, to) => {
  const { db, close } = await openEmbedded(join(dataDir, 'db'))
  await db.execute(`create temp table span as select n, gen_random_uuid() as id, timestamptz '2026-01-01' - n % 31 * interval '1 day'
    - (n - 1) / 1000 * interval '31 days' as day from generate_series(${from}, ${to}) as n`)
  for (const statement of ROWS.split(/;\n/)) if (statement.trim()) await db.execute(statement)
  await db.execute('vacuum analyze')
  await close()
}

const PROJECT = '/projects/demo-shop'
const USER = '000000000000000000000009'
const month = { since: '2025-12-01T00:00:00Z', until: '2025-12-31T23:59:59Z', interval: 'day' }
const sums = { groupBy: 'event-type', metrics: ['event-count', 'turnover', 'converted'] }
const QUERIES = {
  'events of a user': ['GET', `/users/${USER}/events`],
  'metrics of a user': ['GET', `/users/${USER}/metrics`],
  trash: ['GET', '/trashed-events'],
  'users, first page': ['POST', '/users/search', {}],
  'users by a field': ['POST', '/users/search', { sort: 'last_name' }],
  'a user by e-mail': ['POST', '/users/search', { filters: { email: 'buyer-77@shop.test' } }],
  campaigns: ['GET', ''],
  'insights of a month': ['POST', '/events/insights', { ...month, ...sums }],
}

const measure = async ({ call }) => {
  const medians = {}
  for (const [name, [method, path, body]] of Object.entries(QUERIES)) {
    const times = []
    for (let i = 0; i < ROUNDS; i++) times.push(await timed(() => call(method, `${PROJECT}${path}`, body)))
    medians[name] = quantile(times, 0.5)
  }
  return medians
}

/** One event in ten is of a known buyer. */
const eventOf = (n) => {
  const email = `new-${n % 10 ? n : Math.max(1, n - 9)}@shop.test`
  const data = { order_id: `o-${n}`, email, last_name: `Name ${n}`, amount: n % 100, converted: n % 2 }
  return { projectId: 'demo-shop', eventType: 'purchase', nonce: `new-${n}`, trackerId: `new-${n}`, data }
}

/** Posts events and waits until all are computed, reading now and then. */
const ingest = async ({ call, usage, waiting }) => {
  let sent = 0
  let done = false
  const send = async () => {
    while (sent < EVENTS) await call('POST', '/events', eventOf(sent++))
  }
  const reads = []
  const read = async () => {
    for (; !done; await pause(50)) reads.push(await timed(() => call('GET', PROJECT)))
  }
  const before = await usage()
  const reading = read()
  const tookMs = await timed(async () => {
    await Promise.all(Array.from({ length: SENDERS }, send))
    while ((await waiting()).length > 0) await pause(20)
  })
  const after = await usage()
  done = true
  await reading
  return {
    eventsPerS: Math.round((EVENTS / tookMs) * 1000),
    cpuMsPerEvent: +((after.cpuMs - before.cpuMs) / EVENTS).toFixed(2),
    readMs: { p50: Math.round(quantile(reads, 0.5)), p99: Math.round(quantile(reads, 0.99)) },
    rssMb: after.rssMb,
  }
}

const first = await start()
await first.stop()
await fill(1, FEW)
const small = await start()
const before = await measure(small)
const ingestion = await ingest(small)
await small.stop()
await fill(FEW + 1, MANY)
const large = await start()
const after = await measure(large)
const ingestionLater = process.argv.includes('--again') ? await ingest(large) : undefined
await large.stop()
const growth = Object.fromEntries(
  Object.entries(after).map(([name, ms]) => [
    name,
    { ms: +ms.toFixed(1), ratio: +(ms / before[name]).toFixed(2) },
  ]),
)
const readyMs = { first: first.readyMs, [`with ${FEW}`]: small.readyMs, [`with ${MANY}`]: large.readyMs }
console.log(JSON.stringify({ readyMs, ingestion, ingestionLater, growth }, null, 2))
rmSync(dataDir, { recursive: true })
