/**
 * The sandbox on its embedded PostgreSQL, in a process of its own: how soon it is ready (goal: the command under 1 s,
 * and its ratio to a process that opens the same database and nothing else), asynchronous events accepted
 * and computed a second with full reconciliation while reads are answered (goal: 150, at under 5 ms of processor time
 * each), and how lists and insights grow from 1,000 events stored to 100,000 (goal: 2×).
 * After `npm run build`: node bench/sandbox.mjs
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createServiceAccountTokens } from '../packages/api/dist/client/index.js'
import { openEmbedded } from '../packages/sandbox/dist/storage/open.js'
import { makeFolder, startChild } from './child.mjs'
import { benchReady } from './ready.mjs'

const [FEW, MANY] = [1_000, 100_000]
const EVENTS = 3_000
const SENDERS = 16
const WARM = 40
const ROUNDS = 61
const ROUNDS_READY = 7
const ROWS = readFileSync(new URL('./sandbox.sql', import.meta.url), 'utf8')
const dataDir = makeFolder('sandbox')

const quantile = (times, part) => times.toSorted((a, b) => a - b)[Math.floor(times.length * part)]
const timed = async (task) => {
  const at = performance.now()
  await task()
  return performance.now() - at
}

/** A running sandbox and a caller that holds a token for it. */
const start = async () => {
  const at = performance.now()
  const child = await startChild('./sandbox-child.mjs', [dataDir])
  const told = child.hello
  const readyMs = Math.round(performance.now() - at)
  const tokens = createServiceAccountTokens({ keyFile: told.credentials, oauthUrl: told.oauth })
  const headers = { Authorization: `Bearer ${await tokens.token()}`, 'Content-Type': 'application/json' }
  const call = async (method, path, body) => {
    const response = await fetch(`${told.api}${path}`, { method, headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
  const usage = () => child.ask('usage')
  const waiting = async () => (await fetch(`${told.url}/__sandbox/events?status=accepted&limit=1`)).json()
  const stop = async () => {
    tokens.stop()
    await child.ask('stop')
    await child.end()
  }
  const { cpuMs } = await usage()
  return { readyMs, cpuMs, call, usage, waiting, stop }
}

/** Stores the events of these numbers, past ingestion. */
const fill = async (first, last) => {
  const { db, close } = await openEmbedded(join(dataDir, 'db'))
  await db.execute(`set span.first = ${first}`)
  await db.execute(`set span.last = ${last}`)
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

/** Of each query the median time and the mean processor time of the sandbox, which a busy machine changes less. */
const measure = async ({ call, usage }) => {
  const costs = {}
  for (const [name, [method, path, body]] of Object.entries(QUERIES)) {
    const ask = () => timed(() => call(method, `${PROJECT}${path}`, body))
    for (let i = 0; i < WARM; i++) await ask()
    const before = await usage()
    const times = []
    for (let i = 0; i < ROUNDS; i++) times.push(await ask())
    const cpuMs = ((await usage()).cpuMs - before.cpuMs) / ROUNDS
    costs[name] = { ms: quantile(times, 0.5), cpuMs }
  }
  return costs
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
await small.stop()
await fill(FEW + 1, MANY)
const large = await start()
const after = await measure(large)
const ingestion = await ingest(large)
await large.stop()
const command = await benchReady(dataDir, ROUNDS_READY)

const rounded = (value) => +value.toFixed(2)
const growthOf = ([name, { ms, cpuMs }]) => {
  const ratio = rounded(ms / before[name].ms)
  return [
    name,
    { ms: rounded(ms), ratio, cpuMs: rounded(cpuMs), cpuRatio: rounded(cpuMs / before[name].cpuMs) },
  ]
}
const readyMs = { first: first.readyMs, [FEW]: small.readyMs, [MANY]: large.readyMs }
const readyCpuMs = { first: first.cpuMs, [FEW]: small.cpuMs, [MANY]: large.cpuMs }
console.log({
  command,
  readyMs,
  readyCpuMs,
  ingestion,
  growth: Object.fromEntries(Object.entries(after).map(growthOf)),
})
