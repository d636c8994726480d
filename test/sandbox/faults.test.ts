import { request } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { fetchToken, JWT_BEARER, makeAssertion, makeNonce, postToken, useBox } from '../support/sandbox.ts'

const box = useBox()

const event = (nonce = makeNonce()) => ({
  projectId: 'demo-shop',
  eventType: 'cta',
  nonce,
  data: { place: 'hero' },
})

const control = async (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) => {
  const response = await fetch(`${box.sandbox.url}/__sandbox${path}`, {
    ...{ method, headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

afterEach(() => box.sandbox.reset())

describe('a fault', () => {
  test('strikes the endpoint it names, as often as it says', async () => {
    await box.sandbox.fault({ kind: 'status', on: 'createEvent', status: 503, times: 2 })
    expect((await box.get('/agents/me')).status).toBe(200)
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await box.post('/events', event())).status)
    expect(statuses).toEqual([503, 503, 200])
  })

  test('without an endpoint strikes them all until it is taken down', async () => {
    const posted = await box.sandbox.fault({ kind: 'status', status: 500 })
    expect((await box.get('/agents/me')).body).toEqual({ statusCode: 500, message: 'A fault of the sandbox' })
    expect((await postToken(box.sandbox, {})).status).toBe(500)
    expect(box.sandbox.clearFaults(posted?.id)).toBe(true)
    expect((await box.get('/agents/me')).status).toBe(200)
  })

  test('of status answers with a body of one’s own', async () => {
    await box.sandbox.fault({ kind: 'status', status: 200, on: 'createEvent', body: { captive: 'portal' } })
    expect((await box.post('/events', event())).body).toEqual({ captive: 'portal' })
  })

  test('of delay holds the answer back', async () => {
    await box.sandbox.fault({ kind: 'delay', delayMs: 300, times: 1 })
    const at = performance.now()
    expect((await box.get('/agents/me')).status).toBe(200)
    expect(performance.now() - at).toBeGreaterThanOrEqual(295)
  })

  test('of rate tells when to come back, in seconds or as a date', async () => {
    await box.sandbox.fault({ kind: 'rate-limit', retryAfterS: 7, times: 1 })
    const seconds = await box.post('/events', event())
    expect([seconds.status, seconds.headers.get('retry-after')]).toEqual([429, '7'])
    await box.sandbox.fault({ kind: 'rate-limit', retryAfterS: 7, form: 'date', times: 1 })
    const date = await box.post('/events', event())
    const inMs = Date.parse(date.headers.get('retry-after') ?? '') - Date.now()
    expect(inMs).toBeGreaterThan(4000)
    expect(inMs).toBeLessThanOrEqual(7000)
  })

  test('that cuts before storing leaves nothing behind', async () => {
    const sent = event()
    await box.sandbox.fault({ kind: 'cut', when: 'before-storing', on: 'createEvent', times: 1 })
    await expect(box.post('/events', sent)).rejects.toThrow()
    expect(await box.sandbox.events({ nonce: sent.nonce })).toEqual([])
  })

  test('that cuts after storing leaves the event behind, and the repeat is a duplicate', async () => {
    const sent = event()
    await box.sandbox.fault({ kind: 'cut', when: 'after-storing', on: 'createEvent', times: 1 })
    await expect(box.post('/events', sent)).rejects.toThrow()
    const stored = await box.sandbox.waitForEvent({ nonce: sent.nonce })
    expect((await box.post('/events', sent)).body).toBe(stored.id)
    expect(await box.sandbox.events({ nonce: sent.nonce })).toMatchObject([{ receptions: 2 }])
  })

  test('that cuts a token exchange does so', async () => {
    await box.sandbox.fault({ kind: 'cut', when: 'after-storing', on: 'token', times: 1 })
    await expect(fetchToken(box.sandbox)).rejects.toThrow()
    expect(await fetchToken(box.sandbox)).toEqual(expect.any(String))
  })

  test('of silent trash throws one in n away behind a 200', async () => {
    await box.sandbox.fault({ kind: 'silent-trash', oneIn: 3 })
    for (let i = 0; i < 9; i++) expect((await box.post('/events', event())).status).toBe(200)
    await expect.poll(() => box.sandbox.counts()).toMatchObject({ accepted: 0, computed: 6, trashed: 3 })
  })
})

describe('the token', () => {
  test('issued before all tokens were called in is 401, the next one is good', async () => {
    const old = await fetchToken(box.sandbox)
    await box.sandbox.fault({ kind: 'expire-tokens' })
    const me = (token: string) =>
      fetch(`${box.sandbox.api}/agents/me`, { headers: { Authorization: `Bearer ${token}` } })
    expect((await me(old)).status).toBe(401)
    expect((await me(await fetchToken(box.sandbox))).status).toBe(200)
  })

  test('is not to be had with a revoked key, but with the key that follows it', async () => {
    const exchange = async () =>
      postToken(box.sandbox, { grant_type: JWT_BEARER, assertion: await makeAssertion(box.sandbox) })
    await box.sandbox.fault({ kind: 'revoke-key' })
    expect((await exchange()).body.error).toBe('invalid_grant')
    await box.sandbox.rotateKey()
    expect((await exchange()).status).toBe(200)
  })
})

describe('the control API', () => {
  test('puts faults up, lists them and takes them down', async () => {
    const { status, body } = await control('POST', '/faults', {
      kind: 'status',
      status: 503,
      on: 'queryInsights',
    })
    expect(status).toBe(201)
    expect((await control('GET', '/faults')).body).toEqual([
      { id: body.id, fault: { kind: 'status', status: 503, on: 'queryInsights' }, struck: 0 },
    ])
    expect((await control('DELETE', `/faults/${body.id}`)).status).toBe(200)
    expect((await control('DELETE', `/faults/${body.id}`)).status).toBe(404)
  })

  test.each([
    {},
    [],
    { kind: 'earthquake' },
    { kind: 'status' },
    { kind: 'status', status: 1000 },
    { kind: 'delay', delayMs: -1 },
    { kind: 'status', status: 500, on: 'nowhere' },
    { kind: 'cut', when: 'never' },
    { kind: 'silent-trash', oneIn: 0 },
  ])('refuses the fault %j', async (fault) => {
    expect((await control('POST', '/faults', fault)).status).toBe(400)
  })

  test('tells what arrived, and waits for what is to come', async () => {
    const sent = event()
    const waiting = control('GET', `/events/wait?nonce=${sent.nonce}&timeoutMs=5000`)
    await box.post('/events', sent)
    expect((await waiting).body).toMatchObject({ nonce: sent.nonce, status: 'computed' })
    expect((await control('GET', `/events?eventType=cta&status=computed`)).body).toHaveLength(1)
    const late = await control('GET', '/events/wait?nonce=never&timeoutMs=50')
    expect(late.status).toBe(404)
    expect(late.body.message).toContain(sent.nonce)
  })

  test('tells and changes settings, and refuses those it does not know', async () => {
    expect((await control('PATCH', '/settings', { strict: true })).body.strict).toBe(true)
    expect((await control('PATCH', '/settings', { strict: false })).body.strict).toBe(false)
    expect((await control('PATCH', '/settings', { latencyMs: -1 })).status).toBe(400)
    expect((await control('PATCH', '/settings', { speed: 9 })).status).toBe(400)
  })

  test('resets to the project as it was made; tokens in use stay good', async () => {
    await box.post('/events/sync', event())
    await box.post('~/event-types', { reference: 'extra', name: 'Extra', fields: [] })
    expect((await control('POST', '/reset')).status).toBe(200)
    expect((await control('GET', '/counts')).body).toEqual({
      accepted: 0,
      computed: 0,
      trashed: 0,
      interactions: 0,
      users: 0,
    })
    expect((await box.get('~/event-types?limit=50')).body.total).toBe(5)
  })

  test('answers no page of another origin, and no name but this machine’s', async () => {
    expect((await control('POST', '/reset', undefined, { Origin: 'https://evil.test' })).status).toBe(403)
    const { port } = new URL(box.sandbox.url)
    const status = await new Promise((done, fail) => {
      const headers = { Host: `rebound.evil.test:${port}` }
      request({ host: '127.0.0.1', port, path: '/__sandbox/events', headers }, (res) => {
        res.resume()
        done(res.statusCode)
      })
        .on('error', fail)
        .end()
    })
    expect(status).toBe(403)
  })
})

describe('a test that waits', () => {
  test('gets the event that is there already, and the one that comes later', async () => {
    const sent = event()
    const waiting = box.sandbox.waitForEvent({ nonce: sent.nonce })
    await box.post('/events', sent)
    const found = await waiting
    expect(await box.sandbox.waitForEvent({ eventType: 'cta' })).toEqual(found)
    expect(await box.sandbox.events({ eventType: 'purchase' })).toEqual([])
  })

  test('in vain is told what arrived instead, and why it is in the trash', async () => {
    const sent = { ...event(), eventType: 'newsletter', data: {} }
    await box.post('/events', sent)
    await box.sandbox.waitForEvent({ nonce: sent.nonce, status: 'trashed' })
    await expect(box.sandbox.waitForEvent({ nonce: sent.nonce }, { timeoutMs: 50 })).rejects.toThrow(
      `newsletter ${sent.nonce} trashed (email is mandatory)`,
    )
  })
})
