import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inspectEvents } from '../../../packages/sandbox/src/control/inspect.ts'
import { listCampaigns } from '../../../packages/sandbox/src/custom-ads/campaigns.ts'
import type { Handler } from '../../../packages/sandbox/src/http/call.ts'
import { queryInsights } from '../../../packages/sandbox/src/insights/query.ts'
import { listUserMetrics } from '../../../packages/sandbox/src/metrics/list.ts'
import { seedProject } from '../../../packages/sandbox/src/seed/seed.ts'
import { DEFAULT_SETTINGS } from '../../../packages/sandbox/src/settings.ts'
import * as schema from '../../../packages/sandbox/src/storage/schema.ts'
import { listTrashedEvents } from '../../../packages/sandbox/src/trash/list.ts'
import { listUserEvents } from '../../../packages/sandbox/src/users/events.ts'
import { searchUsers } from '../../../packages/sandbox/src/users/search.ts'
import { loadKnown } from '../../../packages/sandbox/src/users/store.ts'
import { makeDataDir } from '../../support/sandbox-folder.ts'

const EVENTS = 20_000
const BIG = ['events', 'raw_events', 'metrics', 'trashed_events', 'users', 'user_values', 'trackers']
const ROWS = readFileSync(new URL('../../../bench/sandbox.sql', import.meta.url), 'utf8')
const MIGRATIONS = join(import.meta.dirname, '../../../packages/sandbox/migrations')
const USER = '000000000000000000000009'

type Asked = { readonly query: string; readonly params: unknown[] }
const asked: Asked[] = []

let client: PGlite
const open = () =>
  drizzle({ client, schema, logger: { logQuery: (query, params) => void asked.push({ query, params }) } })
let db: ReturnType<typeof open>

beforeAll(async () => {
  client = await PGlite.create(join(await makeDataDir(), 'db'))
  db = open()
  await migrate(db, { migrationsFolder: MIGRATIONS })
  await seedProject(db, 'demo-shop', new Date())
  await client.exec(`set span.first = 1; set span.last = ${EVENTS}; ${ROWS}`)
  await client.exec('vacuum analyze')
}, 120_000)
afterAll(() => client?.close())

type Read = { readonly step: string; readonly rows: number }

/** Every step of a plan that reads a table, as text like `Seq Scan events`, and how many rows it went through. */
const readsIn = (plan: unknown): Read[] => {
  if (Array.isArray(plan)) return plan.flatMap(readsIn)
  if (typeof plan !== 'object' || plan === null) return []
  const told = new Map<string, unknown>(Object.entries(plan))
  const table = told.get('Relation Name')
  const numberOf = (key: string): number => Number(told.get(key) ?? 0)
  const eachTime = numberOf('Actual Rows') + numberOf('Rows Removed by Filter')
  const own = { step: `${told.get('Node Type')} ${table}`, rows: eachTime * numberOf('Actual Loops') }
  const inner = [...told.values()].flatMap(readsIn)
  return typeof table === 'string' && BIG.includes(table) ? [own, ...inner] : inner
}

/** How the big tables are read by the queries a task makes. */
const readsOf = async (task: () => Promise<unknown>): Promise<Read[]> => {
  asked.length = 0
  await task()
  const reads: Read[] = []
  for (const { query, params } of asked.splice(0)) {
    const { rows } = await client.query(`explain (analyze, format json) ${query}`, params)
    reads.push(...readsIn(rows))
  }
  return reads
}

const call = (handler: Handler, given: { query?: Record<string, string>; body?: unknown }) => {
  const params: Record<string, string> = { projectId: 'demo-shop', id: USER, wmktId: 'demo-store' }
  return handler({
    param: (name) => params[name] ?? '',
    query: {},
    body: undefined,
    caller: undefined,
    ...given,
  })
}

const since = '2025-12-01T00:00:00Z'
const until = '2025-12-31T23:59:59Z'
const month = { since, until, interval: 'day', metrics: ['event-count', 'turnover'] }
const email = ['buyer-77@shop.test']
const traces = {
  trackerId: 't-77',
  values: [{ field: 'email', proof: 'buyer-77@shop.test', value: '', discriminant: true }],
}

const QUERIES: Record<string, () => Promise<unknown>> = {
  'events of a user': () => call(listUserEvents(db, DEFAULT_SETTINGS), {}),
  'metrics of a user': () => call(listUserMetrics(db, DEFAULT_SETTINGS), {}),
  'the trash': () => call(listTrashedEvents(db, DEFAULT_SETTINGS), {}),
  'users, first page': () => call(searchUsers(db), { body: { sort: 'nothing' } }),
  'users by a field': () => call(searchUsers(db), { body: { sort: 'last_name' } }),
  'users by a field, backwards': () => call(searchUsers(db), { body: { sort: 'last_name', order: 'DESC' } }),
  'a user by e-mail': () => call(searchUsers(db), { body: { filters: { email } } }),
  'insights of a month': () =>
    call(queryInsights(db, DEFAULT_SETTINGS), { body: { ...month, groupBy: 'project' } }),
  'insights of a month and a type': () =>
    call(queryInsights(db, DEFAULT_SETTINGS), {
      body: { ...month, groupBy: 'event-type', filter: ['purchase'] },
    }),
  'who is known by a tracker or an e-mail': () => loadKnown(db, 'demo-shop', [traces]),
  'the newest events': () => inspectEvents(db, 'demo-shop', { limit: 10 }),
  'an event by its nonce': () => inspectEvents(db, 'demo-shop', { nonce: 'n-77' }),
}

describe(`with ${EVENTS} events stored`, () => {
  test.each(Object.keys(QUERIES))('%s: found along indexes, a small part of the rows read', async (name) => {
    const reads = await readsOf(async () => QUERIES[name]?.())
    expect(reads).not.toEqual([])
    const large = reads.filter(({ step, rows }) => step.startsWith('Seq Scan') || rows > EVENTS / 10)
    expect(large).toEqual([])
  })

  test('campaigns are listed without a look at the big tables', async () => {
    expect(await readsOf(() => call(listCampaigns(db), {}))).toEqual([])
  })

  test('a table that is read whole is told', async () => {
    const whole = await readsOf(() => db.select().from(schema.trashedEvents))
    expect(whole).toEqual([{ step: 'Seq Scan trashed_events', rows: EVENTS / 20 }])
  })
})
