import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createStaticToken } from '@wmkt/api/client'
import type { Receipt } from '@wmkt/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Clock, systemClock } from '../../../packages/relay/src/clock.ts'
import { listen } from '../../../packages/relay/src/http/listen.ts'
import type { RelayOptions } from '../../../packages/relay/src/options.ts'
import { LEAST_GAP_MS } from '../../../packages/relay/src/schema/registry.ts'
import { startRelay } from '../../support/relay.ts'
import { eventType, field } from '../../support/schema-facts.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const LEAD = eventType('lead', [
  field('email', 'email', { optional: false }),
  field('budget', 'number'),
  field('phone', 'phone'),
  field('at', 'date'),
])

/** An API with event types that takes every event it is sent, as the asynchronous endpoint does. */
const startApi = async (eventTypes = [LEAD]) => {
  const api = {
    eventTypes,
    lists: 0,
    sync: 0,
    events: [] as { nonce: string; data: object }[],
    broken: false,
    /** Events that come are refused once this is over; its event types can be read all the same. */
    refusing: undefined as Promise<void> | undefined,
  }
  const answerOf = (path: string, body: string) => {
    if (path.includes('/events')) {
      api.sync += path.endsWith('/sync') ? 1 : 0
      const event = JSON.parse(body)
      api.events.push(event)
      return `id-of-${event.nonce}`
    }
    if (!path.includes('/event-types')) return { id: 'demo-shop', phoneParsingConfig: ['FR'] }
    api.lists += 1
    return { data: api.eventTypes, total: api.eventTypes.length }
  }
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    const { pathname } = new URL(req.url ?? '/', 'http://api.test')
    const refusing = pathname.includes('/events') ? api.refusing : undefined
    await refusing
    const fails = api.broken || refusing !== undefined
    const answer = fails ? {} : answerOf(pathname, body)
    res.writeHead(fails ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  const listener = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => listener.close(0))
  return Object.assign(api, { apiUrl: `${listener.url}/api/v1` })
}

type Api = Awaited<ReturnType<typeof startApi>>

/** The machine's time, and what it is set forward by. */
const createTurnedClock = () => {
  let ahead = 0
  const turn = (ms: number) => {
    ahead += ms
  }
  return { ...systemClock, now: () => systemClock.now() + ahead, turn }
}

const start = async (api: Api, options: Partial<RelayOptions> = {}, clock: Clock = systemClock) => {
  const dataDir = tempFolder('hold')
  const rig = { apiUrl: api.apiUrl, dataDir, validation: 'hold' as const, ...options }
  const running = await startRelay({ options: rig, seams: { clock, tokens: createStaticToken('a.b.c') } })
  const collect = async (...items: object[]): Promise<Receipt> => {
    const all = items.map((item) => ({ kind: 'event', eventType: 'lead', ...item }))
    const answer = await fetch(`${running.url}/collect`, {
      method: 'POST',
      body: JSON.stringify({ items: all }),
    })
    expect(answer.status).toBe(202)
    return answer.json()
  }
  const ledger = () => running.outbox.ledger()
  const status = async () => (await fetch(`${running.adminUrl}/api/status`)).json()
  return { ...running, collect, ledger, status, dataDir }
}

const good = { nonce: 'good', data: { email: 'ada@example.org' } }
const bad = { nonce: 'bad', data: { emial: 'ada@example.org' } }

describe('with the policy hold', () => {
  test('what would be trashed becomes a dead letter with code and field, and its neighbours arrive', async () => {
    const api = await startApi()
    const { collect, ledger, outbox } = await start(api)
    const receipt = await collect(good, bad, { nonce: 'worse', data: { email: 'ada', budget: 'much' } })
    expect(receipt).toMatchObject({ accepted: 3, rejected: [] })
    expect(receipt.held).toEqual([
      { nonce: 'bad', code: 'FIELD_MISSING', field: 'email' },
      { nonce: 'worse', code: 'FIELD_NOT_EMAIL', field: 'email' },
    ])
    await expect.poll(ledger).toMatchObject({ delivered: 1, buried: 2, held: 0 })
    expect(api.events.map(({ nonce }) => nonce)).toEqual(['good'])
    expect(outbox.deadLetter('bad')).toMatchObject({
      ...{
        code: 'FIELD_MISSING',
        message: 'email: A mandatory field is missing or empty.',
        lane: 'event:lead',
      },
    })
  })

  test('a held event comes once: a repeat is a duplicate, and no second letter', async () => {
    const { collect, ledger } = await start(await startApi())
    await collect(bad)
    await expect.poll(ledger).toMatchObject({ buried: 1 })
    expect(await collect(bad)).toMatchObject({ accepted: 0, duplicates: 1, held: [] })
    expect(ledger()).toMatchObject({ received: 1, buried: 1, held: 0 })
  })

  test('a letter that is put back after its event type was mended arrives, one put back before comes back', async () => {
    const api = await startApi()
    const clock = createTurnedClock()
    const { collect, ledger, outbox } = await start(api, {}, clock)
    await collect(bad)
    await expect.poll(ledger).toMatchObject({ buried: 1 })
    expect(await outbox.redrive('bad')).toBe(true)
    await expect.poll(ledger).toMatchObject({ buried: 1, held: 0 })
    api.eventTypes = [eventType('lead', [field('email', 'email')])]
    clock.turn(LEAST_GAP_MS)
    expect(await outbox.redrive('bad')).toBe(true)
    await expect.poll(ledger).toMatchObject({ delivered: 1, buried: 0 })
    expect(api.events).toMatchObject([bad])
  })

  test('an event that fitted when it came and no longer does when its turn comes is held', async () => {
    const api = await startApi()
    const clock = createTurnedClock()
    const { collect, ledger, outbox, status } = await start(api, {}, clock)
    let refuse = () => {}
    api.refusing = new Promise((resolve) => {
      refuse = resolve
    })
    const schema = async () => (await status()).schema
    await expect.poll(schema).toMatchObject({ state: 'fresh' })
    const before = (await schema()).hash
    await collect(good)
    api.eventTypes = [eventType('lead', [...LEAD.fields, field('note', 'string', { optional: false })])]
    clock.turn(LEAST_GAP_MS)
    await collect({ ...good, nonce: 'unheard-of', eventType: 'quote' })
    await expect.poll(async () => (await schema()).hash).not.toBe(before)
    // It comes again within a second: the outbox goes by the machine's time.
    clock.turn(-LEAST_GAP_MS)
    api.refusing = undefined
    refuse()
    await expect.poll(ledger).toMatchObject({ delivered: 0, buried: 2, held: 0 })
    expect(outbox.deadLetter('good')).toMatchObject({ code: 'FIELD_MISSING' })
  })

  test("the host's own events are told that they are held", async () => {
    const { relay, ledger } = await start(await startApi())
    expect(await relay.event('lead', {}, { nonce: 'own' })).toEqual({
      ...{ nonce: 'own', duplicate: false, held: { code: 'FIELD_MISSING', field: 'email' } },
    })
    await expect.poll(ledger).toMatchObject({ buried: 1 })
  })

  test('an event type that nobody has heard of is asked for once, and held when it is not there', async () => {
    const api = await startApi()
    const { collect, status } = await start(api)
    await expect.poll(async () => (await status()).schema).toMatchObject({ state: 'fresh', types: 1 })
    const lists = api.lists
    const stranger = (nonce: string) => ({ ...good, nonce, eventType: 'leda' })
    const held = [{ nonce: 's1', code: 'EVENT_TYPE_UNKNOWN', field: 'eventType' }]
    expect(await collect(stranger('s1'))).toMatchObject({ held })
    for (let n = 2; n < 9; n += 1) await collect(stranger(`s${n}`))
    expect(api.lists - lists).toBeLessThanOrEqual(1)
  })

  test('before the first schema is read an event waits for it, and is judged by it', async () => {
    const { collect } = await start(await startApi())
    expect((await collect(bad)).held).toHaveLength(1)
  })

  test('while no schema can be read every event passes, and is counted', async () => {
    const api = await startApi()
    api.broken = true
    const { collect, status } = await start(api)
    await expect.poll(async () => (await status()).schema?.problem).toBe('ApiError')
    api.broken = false
    expect(await collect(bad)).toMatchObject({ accepted: 1, held: [] })
    await expect.poll(() => api.events).toHaveLength(1)
    expect((await status()).schema).toMatchObject({ unchecked: 1 })
  })

  test('after a restart the schema of before is at hand, though the upstream is away', async () => {
    const api = await startApi()
    const { dataDir, collect } = await start(api)
    await collect(good)
    await expect.poll(() => readFileSync(join(dataDir, 'schema.json'), 'utf8')).toContain('lead')
    api.broken = true
    const next = await start(api, { dataDir })
    expect((await next.collect(bad)).held).toHaveLength(1)
  })
})

test('with the policy warn nothing is held, and everything counted', async () => {
  const api = await startApi()
  const { collect, status } = await start(api, { validation: 'warn' })
  expect(
    await collect(bad, { nonce: 'odd', data: { email: 'ada@example.org', budget: '12' } }),
  ).toMatchObject({
    ...{ accepted: 2, held: [] },
  })
  await expect.poll(() => api.events).toHaveLength(2)
  expect((await status()).schema).toMatchObject({
    ...{ policy: 'warn' },
    findings: { 'reject FIELD_MISSING': 1, 'warn FIELD_UNASKED': 1, 'warn FIELD_DOUBTFUL': 1 },
  })
})

test('with the policy off the upstream is not asked for its event types', async () => {
  const api = await startApi()
  const { collect, status } = await start(api, { validation: 'off' })
  expect(await collect(bad)).toMatchObject({ accepted: 1, held: [] })
  await expect.poll(() => api.events).toHaveLength(1)
  expect(api.lists).toBe(0)
  expect(await status()).not.toHaveProperty('schema')
})

test('allowed coercions are made as an event is sent, counted, and what is stored stays as it came', async () => {
  const api = await startApi()
  const { collect, status, outbox } = await start(api, { coercions: ['number', 'phone', 'date'] })
  const data = { email: 'ada@example.org', budget: '12,50', phone: '06 12 34 56 78', at: '2026-03-14' }
  const spoilt = { nonce: 'spoilt', data: { ...data, email: 'ada' } }
  expect((await collect({ nonce: 'n1', data }, spoilt)).held).toMatchObject([{ field: 'email' }])
  await expect
    .poll(() => api.events)
    .toMatchObject([
      { nonce: 'n1', data: { ...data, budget: 12.5, phone: '+33612345678', at: '2026-03-14T00:00:00Z' } },
    ])
  expect((await status()).schema.coerced).toEqual({ number: 2, phone: 2, date: 2 })
  await expect.poll(() => outbox.deadLetter('spoilt')?.record.toString()).toContain('"12,50"')
})

test('an event type that changed sends its next event as a canary', async () => {
  const api = await startApi()
  const clock = createTurnedClock()
  const { collect, ledger } = await start(api, { canary: 1_000 }, clock)
  await collect(good)
  await collect({ ...good, nonce: 'next' })
  await expect.poll(ledger).toMatchObject({ delivered: 2 })
  expect(api.sync).toBe(1)
  api.eventTypes = [eventType('lead', [...LEAD.fields, field('note', 'string')])]
  clock.turn(LEAST_GAP_MS)
  await collect({ ...good, nonce: 'unheard-of', eventType: 'quote' })
  await collect({ ...good, nonce: 'after' })
  await expect.poll(ledger).toMatchObject({ delivered: 3, buried: 1 })
  expect(api.sync).toBe(2)
})
