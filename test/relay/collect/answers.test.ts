import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import express from 'express'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import { type LocalOutbox, OutboxFailed, OutboxFull } from '../../../packages/relay/src/outbox/outbox.ts'
import { decodeRecord } from '../../../packages/relay/src/record.ts'
import { createMemoryOutbox } from '../../support/memory-outbox.ts'
import { type RelayRig, startRelay } from '../../support/relay.ts'

const event = (nonce: string, more: object = {}) => ({
  kind: 'event',
  nonce,
  eventType: 'purchase',
  data: { email: 'a@b.c' },
  ...more,
})
const interaction = (nonce: string) => ({
  kind: 'interaction',
  nonce,
  userData: { email: 'a@b.c' },
  nodeData: { wmktId: 'abc' },
})
const batch = (...items: object[]) => JSON.stringify({ v: 1, items })

const post = (url: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(`${url}/collect`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers },
  })
const codeOf = async (response: Response): Promise<unknown> => {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const { code, status } = await response.json()
  expect(status).toBe(response.status)
  return code
}
const put = (outbox: LocalOutbox, fn: LocalOutbox['put']): LocalOutbox => ({ ...outbox, put: fn })
const memory = () => createMemoryOutbox({ clock: systemClock })

describe('a batch that is stored', () => {
  test.each(['application/json', 'text/plain;charset=UTF-8'])(
    'as %s is answered 202 with a receipt',
    async (type) => {
      const { url, outbox } = await startRelay()
      const response = await post(url, batch(event('n1'), event('n2')), { 'content-type': type })
      expect(response.status).toBe(202)
      expect(await response.json()).toEqual({ accepted: 2, duplicates: 0, rejected: [], held: [] })
      expect(response.headers.get('wmkt-durability')).toBe('process-crash')
      expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
      expect(outbox.ledger().held).toBe(2)
    },
  )

  test('names the bad item by its index, even without a nonce, and stores its neighbours', async () => {
    const { url, outbox } = await startRelay()
    const response = await post(url, batch(event('n1'), { kind: 'event' }, event('n3')))
    const receipt = await response.json()
    expect(receipt).toMatchObject({
      accepted: 2,
      rejected: [{ index: 1, nonce: null, code: 'ITEM_INVALID' }],
    })
    expect(outbox.fate('n3')?.state).toBe('held')
  })

  test('counts a repeat as a duplicate, across batches and inside one', async () => {
    const { url } = await startRelay()
    await post(url, batch(event('n1')))
    const again = await post(url, batch(event('n1', { trackerId: 'late' }), event('n2'), event('n2')))
    expect(await again.json()).toMatchObject({ accepted: 1, duplicates: 2, rejected: [] })
  })

  test('rejects a nonce used before with other content', async () => {
    const { url } = await startRelay()
    await post(url, batch(event('n1')))
    const other = await post(url, batch(event('n1', { data: { email: 'other' } })))
    expect(await other.json()).toMatchObject({
      accepted: 0,
      rejected: [{ index: 0, code: 'NONCE_CONFLICT' }],
    })
  })

  test('is read from gzip, named or not', async () => {
    const { url } = await startRelay()
    const named = await post(url, gzipSync(batch(event('n1'))), { 'content-encoding': 'gzip' })
    const sniffed = await post(url, gzipSync(batch(event('n2'))))
    expect([named.status, sniffed.status]).toEqual([202, 202])
  })

  test('takes the tracker ID from the cookie when the item has none', async () => {
    const inner = memory()
    const records: Uint8Array[] = []
    const outbox = put(inner, (intake) => {
      records.push(intake.record)
      return inner.put(intake)
    })
    const { url } = await startRelay({ outbox })
    await post(url, batch(event('n1'), event('n2', { trackerId: 'own' })), { cookie: 'a=b; ndrstnd=ru1cc7' })
    const [record = new Uint8Array()] = records
    expect(decodeRecord(record).map((item) => 'trackerId' in item && item.trackerId)).toEqual([
      'ru1cc7',
      'own',
    ])
  })

  test('is answered only when the outbox has synced it, duplicates too', async () => {
    let sync = () => {}
    const synced = new Promise<void>((resolve) => (sync = resolve))
    const inner = memory()
    const outbox = put(inner, async (intake) => {
      const outcomes = await inner.put(intake)
      await synced
      return outcomes
    })
    const { url } = await startRelay({ outbox })
    const answered: number[] = []
    const both = [post(url, batch(event('n1'))), post(url, batch(event('n1')))].map((one) =>
      one.then(({ status }) => answered.push(status)),
    )
    await expect.poll(() => inner.ledger().duplicates).toBe(1)
    expect(answered).toEqual([])
    sync()
    await Promise.all(both)
    expect(answered).toEqual([202, 202])
  })
})

describe('a request that is refused', () => {
  const refusals: [string, number, string, BodyInit, Record<string, string>, RelayRig][] = [
    ['text that is not JSON', 400, 'BODY_NOT_JSON', '{', {}, {}],
    ['bytes that are not UTF-8', 400, 'BODY_NOT_JSON', new Uint8Array([0x22, 0xff, 0x22]), {}, {}],
    ['damaged gzip', 400, 'BODY_NOT_JSON', new Uint8Array([0x1f, 0x8b, 1, 2, 3]), {}, {}],
    ['JSON 100,000 levels deep', 400, 'BATCH_INVALID', '['.repeat(1e5) + ']'.repeat(1e5), {}, {}],
    ['no batch', 400, 'BATCH_INVALID', '{"items":{}}', {}, {}],
    [
      '101 items',
      400,
      'BATCH_INVALID',
      batch(...Array.from({ length: 101 }, (_, i) => event(`n${i}`))),
      {},
      {},
    ],
    ['another version', 400, 'VERSION_UNKNOWN', '{"v":2,"items":[{}]}', {}, {}],
    ['another project', 400, 'PROJECT_UNKNOWN', '{"projectId":"other","items":[{}]}', {}, {}],
    ['more than 1 MiB', 413, 'BODY_TOO_LARGE', 'x'.repeat(1_048_577), {}, {}],
    ['gzip that inflates to 50 MiB', 413, 'BODY_TOO_LARGE', gzipSync(Buffer.alloc(50 << 20)), {}, {}],
    ['another type', 415, 'TYPE_UNSUPPORTED', batch(event('n')), { 'content-type': 'text/html' }, {}],
    ['another encoding', 415, 'ENCODING_UNSUPPORTED', batch(event('n')), { 'content-encoding': 'br' }, {}],
  ]
  test.each(refusals)('for %s is answered %i %s', async (_, status, code, body, headers, rig) => {
    const { url, outbox } = await startRelay(rig)
    const response = await post(url, body, headers)
    expect([response.status, await codeOf(response)]).toEqual([status, code])
    expect(outbox.ledger().received).toBe(0)
  })

  test('because its body comes too slowly is answered 408, and the connection ends', async () => {
    const { url } = await startRelay({ options: { bodyTimeoutMs: 100 } })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let heard = ''
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
    socket.write(
      'POST /collect HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n{',
    )
    await new Promise((resolve) => socket.on('close', resolve))
    expect(heard).toMatch(/^HTTP\/1\.1 408 [\s\S]*BODY_TOO_SLOW/)
  })

  test.each([
    ['BACKLOG_FULL', new OutboxFull('backlog')],
    ['STORAGE_FULL', new OutboxFull('storage')],
    ['STORAGE_FAILED', new OutboxFailed('EIO')],
  ])('because storage says %s is answered 503 with Retry-After', async (code, error) => {
    const { url } = await startRelay({ outbox: put(memory(), () => Promise.reject(error)) })
    const response = await post(url, batch(event('n1')))
    expect([response.status, await codeOf(response)]).toEqual([503, code])
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
    expect((await fetch(`${url}/livez`)).status).toBe(200)
  })

  test('while the relay stops is answered 503 STOPPING', async () => {
    const { url, relay } = await startRelay()
    await relay.stop()
    expect(await codeOf(await post(url, batch(event('n1'))))).toBe('STOPPING')
  })

  test('beyond the rate limit is answered 429 before the body is read', async () => {
    const { url } = await startRelay({ options: { rateLimit: 2 } })
    expect((await post(url, batch(event('n1'), event('n2')))).status).toBe(202)
    const refused = await post(url, 'not even JSON')
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'RATE_LIMITED'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('though its body is no batch, is charged to its address', async () => {
    const { url } = await startRelay({ options: { rateLimit: 3 } })
    const statuses: number[] = []
    for (let i = 0; i < 4; i += 1) statuses.push((await post(url, '{')).status)
    expect(statuses).toEqual([400, 400, 400, 429])
  })

  test('is charged before it is stored: those that come together do not slip through', async () => {
    let sync = () => {}
    const synced = new Promise<void>((resolve) => (sync = resolve))
    const inner = memory()
    const outbox = put(inner, async (intake) => {
      await synced
      return inner.put(intake)
    })
    const { url } = await startRelay({ outbox, options: { rateLimit: 1 } })
    const first = post(url, batch(event('n1')))
    await expect.poll(async () => (await post(url, batch(event('n2')))).status).toBe(429)
    sync()
    expect((await first).status).toBe(202)
  })

  test.each([
    ['Googlebot', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 403],
    ['an HTTP library', 'curl/8.5.0', 403],
    ['a browser', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 202],
  ])('where bots are refused: %s', async (_, userAgent, status) => {
    const { url } = await startRelay({ options: { refuseBots: true } })
    const response = await post(url, batch(event('n1')), { 'user-agent': userAgent })
    expect(response.status).toBe(status)
    if (status === 403) expect(await codeOf(response)).toBe('BOT_REFUSED')
  })

  test('where bots are refused, a server with a key is none', async () => {
    const key = 'k'.repeat(20)
    const { url } = await startRelay({ options: { refuseBots: true, serverKeys: [key] } })
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
    expect((await postRaw(url, batch(event('n1')), headers)).status).toBe(202)
  })

  test('by another method is answered 405', async () => {
    const { url } = await startRelay()
    const response = await fetch(`${url}/collect`)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })

  test('by a fault of ours is answered 500 without a word of the cause', async () => {
    const { url } = await startRelay({
      outbox: put(memory(), () => Promise.reject(new Error('secret cause'))),
    })
    const response = await post(url, batch(event('n1')))
    const text = await response.text()
    expect(response.status).toBe(500)
    expect(text).not.toMatch(/secret|at .*\.ts/)
  })
})

describe('items', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('with the key %s are rejected', async (key) => {
    const { url } = await startRelay()
    const body = `{"items":[{"kind":"event","nonce":"n","eventType":"e","data":{"${key}":{"x":1}}}]}`
    expect((await (await post(url, body)).json()).rejected[0]).toMatchObject({ code: 'KEY_FORBIDDEN' })
  })

  test('over 64 KiB are rejected, and their neighbours are stored', async () => {
    const { url } = await startRelay()
    const receipt = await (
      await post(url, batch(event('n1', { data: { x: 'x'.repeat(70_000) } }), event('n2')))
    ).json()
    expect(receipt).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'ITEM_TOO_LARGE' }] })
  })

  test.each([
    ['denied', 0],
    ['required', 0],
    ['granted', 1],
  ])('of a visitor whose consent is %s: %i accepted', async (consent, accepted) => {
    const { url, outbox } = await startRelay()
    const body = JSON.stringify({ consent, items: [event('n1'), { kind: 'none' }] })
    const receipt = await (await post(url, body)).json()
    const codes = receipt.rejected.map(({ code }: { code: string }) => code)
    expect([receipt.accepted, outbox.ledger().received]).toEqual([accepted, accepted])
    expect(codes).toEqual(accepted ? ['ITEM_INVALID'] : ['CONSENT_DENIED', 'ITEM_INVALID'])
  })

  test('of an event type closed to browsers are rejected, unless a key comes with them', async () => {
    const key = 'k'.repeat(20)
    const { url } = await startRelay({ options: { browserEventTypes: ['lead'], serverKeys: [key] } })
    const browser = await (await post(url, batch(event('n1')))).json()
    expect(browser.rejected[0].code).toBe('EVENT_TYPE_REFUSED')
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
    const server = await postRaw(url, batch(event('n1')), headers)
    expect(await server.json()).toMatchObject({ accepted: 1 })
  })

  const interactionCases: ['off' | 'origins' | 'key', boolean, number][] = [
    ['off', false, 0],
    ['off', true, 0],
    ['origins', false, 1],
    ['origins', true, 1],
    ['key', false, 0],
    ['key', true, 1],
  ]
  test.each(interactionCases)(
    'interactions under %s, keyed %s: %i accepted',
    async (interactions, keyed, accepted) => {
      const key = 'k'.repeat(20)
      const { url } = await startRelay({ options: { interactions, serverKeys: [key] } })
      const response = keyed
        ? await postRaw(url, batch(interaction('n1')), {
            'content-type': 'application/json',
            authorization: `Bearer ${key}`,
          })
        : await post(url, batch(interaction('n1')))
      const receipt = await response.json()
      expect(receipt.accepted).toBe(accepted)
      if (!accepted) expect(receipt.rejected[0].code).toBe('INTERACTIONS_OFF')
    },
  )
})

describe('as a middleware', () => {
  const hosts: [string, RelayRig['host']][] = [
    ['alone', (app) => app],
    ['after express.json()', (app) => app.use(express.json())],
    ['after express.text()', (app) => app.use(express.text({ type: '*/*' }))],
    ['after express.raw()', (app) => app.use(express.raw({ type: '*/*' }))],
    [
      'beside a host that counts bytes',
      (app) =>
        app.use((req, _res, next) => {
          req.on('data', () => {})
          next()
        }),
    ],
    [
      'beside a host that has text made of bodies',
      (app) =>
        app.use((req, _res, next) => {
          req.setEncoding('utf8')
          next()
        }),
    ],
  ]
  test.each(hosts)('it stores %s', async (_, host) => {
    const { url, outbox } = await startRelay({ ...(host && { host }) })
    expect((await post(url, batch(event('n1')))).status).toBe(202)
    const large = Array.from({ length: 60 }, (_, n) => ({
      ...event(`large-${n}`),
      data: { text: 'é'.repeat(600) },
    }))
    expect((await post(url, batch(...large))).status).toBe(202)
    expect(outbox.ledger().held).toBe(61)
  })

  test('its receipt keeps its headers where middleware has wrapped writeHead and knows headers as pairs only', async () => {
    const host: RelayRig['host'] = (app) =>
      app.use((_req, res, next) => {
        wrapWriteHead(res)
        next()
      })
    const { url } = await startRelay({ host, options: { allowedOrigins: ['https://shop.test'] } })
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://shop.test' }
    const response = await post(url, batch(event('n1')), headers)
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({ accepted: 1 })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'access-control-allow-origin': 'https://shop.test',
      'wmkt-durability': 'process-crash',
    })
  })
})

/** As on-headers before 1.1, which compression and express-session were built on. */
const wrapWriteHead = (res: ServerResponse): void => {
  const writeHead = res.writeHead.bind(res)
  res.writeHead = (status: number, ...rest: unknown[]) => {
    const headers: unknown = rest.at(-1) ?? []
    for (const [name, value] of Array.isArray(headers) ? headers : Object.entries(Object(headers)))
      res.setHeader(name, value)
    return writeHead(status)
  }
}

test('no body, however hostile, is answered with 5xx or a stack trace', async () => {
  const { url } = await startRelay({ options: { rateLimit: 0 } })
  const anything = fc.oneof(
    fc.json(),
    fc.string(),
    fc.array(fc.anything(), { maxLength: 5 }).map((items) => safe({ items })),
    fc
      .record({ kind: fc.constantFrom('event', 'interaction'), nonce: fc.anything(), data: fc.anything() })
      .map((item) => safe({ items: [item] })),
  )
  await fc.assert(
    fc.asyncProperty(anything, async (body) => {
      const response = await post(url, body)
      expect(response.status).toBeLessThan(500)
      expect(await response.text()).not.toMatch(/\n\s+at /)
    }),
    { numRuns: 2_000 },
  )
})

const safe = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return '{"items":[0]}'
  }
}

/** Without the headers a browser sends. node:http, as fetch adds some of its own. */
const postRaw = async (url: string, body: string, headers: Record<string, string>): Promise<Response> => {
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    request(`${url}/collect`, { method: 'POST', headers }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('end', () => resolve(new Response(Buffer.concat(chunks), { status: res.statusCode ?? 0 })))
    })
      .on('error', reject)
      .end(body)
  })
}
