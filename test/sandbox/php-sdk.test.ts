/**
 * What the official PHP SDK sends, and what it needs back, replayed byte for byte. Its classes (the newest at hand, of
 * versions 2 and 3, the event service that of 3.6.0, commit c91d7008, on PHP 8.2 with Guzzle 7) were run against the
 * sandbox, every service. Seen then:
 *
 * - Every GET has a `?`, with nothing behind it where there are no parameters (some HTTP libraries drop it then).
 *   Event types are always asked for with `archived=0`; booleans are 0 and 1, nulls are left out.
 * - Every call bears the token, event creation too. POST and PATCH say `application/json`, GET and DELETE say nothing.
 * - JSON comes as `json_encode` makes it: ASCII, slashes escaped, an empty associative array as `[]`, a DateTime as
 *   `{date, timezone_type, timezone}`, the zone an offset, `Z` or, with a configured time zone, its IANA name.
 * - Success is 200 or 201 and a body; 400, 401 and 404 are exceptions of their own, all else is one more.
 * - Pages are read by `data`, `total`, `limit` and `offset`. Its iterator asks for one page too many, and loses the
 *   last page of several: the page behind the end must be an empty one.
 * - `fields`, `custom-columns`, `agents/me/projects` and `agents/me/workspaces` are plain arrays, a new event's
 *   answer a plain string.
 * - The access token is taken apart by plain base64, not base64url, and believed expired from the second after `exp`.
 *   All properties of a token answer are read, `refresh_token` in the refresh flow only.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { createPhpSdk, type PhpSdk, phpForm, phpServiceAccount } from '../support/php-sdk.ts'
import { makeNonce, useBox } from '../support/sandbox.ts'

const box = useBox()

let sdk: PhpSdk
beforeAll(async () => {
  sdk = createPhpSdk(box.sandbox, (await phpServiceAccount(box.sandbox)).body.access_token)
})

const PAGE = ['count', 'data', 'limit', 'offset', 'total']

const FIELD = { label: 'Prénom', entity: 'event-type', type: 'string', optional: true, discriminant: false }

const makeType = (reference: string) => ({
  ...{
    name: 'Devis « PHP » 1/2',
    reference,
    metadata: { from: 'php' },
    expirationPolicy: { from: 'event-type' },
  },
  fields: [
    { ...FIELD, ingestionKey: 'key', storageKey: `key_${reference}` },
    {
      ...FIELD,
      entity: 'user',
      type: 'email',
      ingestionKey: 'mail',
      storageKey: 'email',
      discriminant: true,
    },
    { ...FIELD, entity: 'state', type: 'boolean', ingestionKey: 'qualified', storageKey: 'qualified' },
    { ...FIELD, entity: 'statistic', type: 'number', ingestionKey: 'quantity', storageKey: 'quantity' },
  ],
})

const makeEvent = (more: object = {}) => ({
  ...{ projectId: box.sandbox.projectId, nonce: makeNonce(), eventType: 'contact-form', trackerId: 'php-1' },
  ...{ data: { email: 'ada@php.test', message: 'Été & <b>' }, ...more },
})

describe('the PHP SDK’s service account', () => {
  test('gets all properties it reads, and a token of three parts that plain base64 can take apart', async () => {
    const { status, body } = await phpServiceAccount(box.sandbox)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'full_access' })
    const [header = '', payload = '', signature, ...more] = body.access_token.split('.')
    expect([header, payload].join('')).toMatch(/^[A-Za-z0-9]+$/)
    expect(JSON.parse(atob(payload)).exp).toBeGreaterThan(Date.now() / 1000)
    expect([signature, more]).toEqual([expect.stringMatching(/./), []])
  })

  test('sees who it is, its one workspace and its projects, each behind a bare question mark', async () => {
    const me = await sdk.get('agents/me')
    expect(Object.keys(me).sort()).toEqual(['email', 'firstname', 'id', 'lastname', 'phone', 'picture'])
    expect(await sdk.get('agents/me/workspaces')).toEqual([expect.objectContaining({ slug: 'sandbox' })])
    const projects = await sdk.get('agents/me/projects')
    expect(projects).toContainEqual(await sdk.get('~'))
  })

  test('is told by 401 that a token is forged', async () => {
    const forged = createPhpSdk(box.sandbox, `${sdk.token.slice(0, -6)}AAAAAA`)
    await expect(forged.get('agents/me')).rejects.toThrow(/^UnauthorizedException \{"statusCode":401/)
  })
})

describe('the PHP SDK’s refresh token', () => {
  test('is answered with all five properties, and the new one works', async () => {
    const { clientId, clientSecret, refreshToken } = await box.sandbox.personalCredentials()
    const client = { client_id: clientId, client_secret: clientSecret, grant_type: 'refresh_token' }
    const refresh = (token: string) =>
      phpForm(box.sandbox, { ...client, refresh_token: token, scope: 'offline_access' })
    const first = (await refresh(refreshToken)).body
    expect(Object.values(first).every((value) => value !== null && value !== '')).toBe(true)
    expect(Object.keys(first).sort()).toEqual([
      'access_token',
      'expires_in',
      'refresh_token',
      'scope',
      'token_type',
    ])
    const second = (await refresh(first.refresh_token)).body
    expect(await createPhpSdk(box.sandbox, second.access_token).get('~')).toMatchObject({ currency: 'EUR' })
  })
})

describe('the PHP SDK’s fields', () => {
  test.each([
    ['user-fields', 'email'],
    ['state-fields', 'qualified'],
    ['statistic-fields', 'turnover'],
    ['fields', 'email'],
  ])('are a plain array at %s', async (list, key) => {
    expect(await sdk.get(`~/${list}`)).toContainEqual(expect.objectContaining({ key }))
  })

  test('are made and deleted', async () => {
    const made = {
      entity: 'user',
      isPii: true,
      label: 'Prénom d’usage',
      key: 'php_name',
      metadata: { from: 'php' },
    }
    await sdk.post('~/fields', { ...made, projectId: 'demo-shop', type: 'string', discriminant: false })
    const all: { _id: string; key: string }[] = await sdk.get('~/user-fields')
    const mine = all.find(({ key }) => key === 'php_name')
    expect(mine).toMatchObject(made)
    await sdk.delete(`~/fields/${mine?._id}`)
    expect(await sdk.get('~/user-fields')).not.toContainEqual(expect.objectContaining({ key: 'php_name' }))
  })
})

describe('the PHP SDK’s event types', () => {
  test('come in pages of five keys, and the page behind the last is empty', async () => {
    const first = await sdk.page('~/event-types', { archived: false })
    expect(Object.keys(first).sort()).toEqual(PAGE)
    expect(first).toMatchObject({ limit: 10, offset: 0, total: first.data.length })
    const behind = await sdk.page('~/event-types', { archived: false, offset: 10 })
    expect(behind).toEqual({ data: [], count: 0, total: first.total, offset: 10, limit: 10 })
  })

  test('are found by parameters of the caller’s own, encoded as PHP encodes them', async () => {
    const params = { search: 'Contact form', sort: '-name,reference', storageKey: null, archived: false }
    const { data } = await sdk.page('~/event-types', params)
    expect(data.map(({ reference }: { reference: string }) => reference)).toEqual(['contact-form'])
  })

  test('are made, read, updated and deleted; a reference that is taken is none of the known exceptions', async () => {
    const sent = makeType('php-quote')
    await sdk.post('~/event-types', sent)
    await expect(sdk.post('~/event-types', sent)).rejects.toThrow(/^GenericHttpException \{"statusCode":409/)
    const read = await sdk.get('~/event-types/php-quote')
    expect(read).toMatchObject({
      name: 'Devis « PHP » 1/2',
      expirationPolicy: { retentionDurationInDays: null },
    })
    const update = { name: 'Devis', fields: read.fields.slice(1), expirationPolicy: { from: 'project' } }
    await sdk.patch('~/event-types/php-quote', { ...update, attributable: false })
    expect(await sdk.get('~/event-types/php-quote')).toMatchObject({ ...update, attributable: false })
    await sdk.delete('~/event-types/php-quote')
    await expect(sdk.get('~/event-types/php-quote')).rejects.toThrow(/^EndpointNotFoundException/)
  })

  test('as they were read can be made again under another reference', async () => {
    await sdk.post('~/event-types', makeType('php-read'))
    await sdk.post('~/event-types', { ...(await sdk.get('~/event-types/php-read')), reference: 'php-copy' })
    expect(await sdk.get('~/event-types/php-copy')).toMatchObject({ reference: 'php-copy', archivedAt: null })
  })

  test('of several pages are all there, each once', async () => {
    for (let n = 0; n < 10; n += 1) await sdk.post('~/event-types', makeType(`php-page-${n}`))
    const first = await sdk.page('~/event-types', { archived: false })
    const second = await sdk.page('~/event-types', { archived: false, offset: first.offset + first.limit })
    const all = [...first.data, ...second.data].map(({ reference }) => reference)
    expect(new Set(all).size).toBe(first.total)
    expect(second.offset + second.limit).toBeGreaterThanOrEqual(second.total)
  })
})

describe('the PHP SDK’s events', () => {
  test('are answered with a plain string, the same for the same nonce, and computed', async () => {
    const event = makeEvent()
    const id = await sdk.post('events', event)
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await sdk.post('events', event)).toBe(id)
    expect(await box.sandbox.waitForEvent({ id })).toMatchObject({ data: event.data, trackerId: 'php-1' })
    expect(await sdk.post('events/sync', makeEvent())).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('created synchronously are there when they are asked for by id, and refused by a bad request', async () => {
    const id = await sdk.post('events/sync', makeEvent())
    const read = await sdk.get(`~/events/${id}`)
    expect(read).toMatchObject({ projectId: 'demo-shop', eventType: 'contact-form', event: {}, metrics: [] })
    expect(read).toMatchObject({ userId: expect.any(String), user: { email: 'ada@php.test' } })
    const lacking = makeEvent({ data: { message: 'no e-mail' } })
    await expect(sdk.post('events/sync', lacking)).rejects.toThrow(
      'BadRequestException {"statusCode":400,"message":["data.email is mandatory"],"error":"Bad Request"}',
    )
    await expect(sdk.get('~/events/da717cf8-cd33-4a6d-a052-68e2096f06b9')).rejects.toThrow(
      /^EndpointNotFoundException/,
    )
  })

  test.each([
    ['2026-01-03T03:04:05+01:00'],
    [{ date: '2026-01-03 03:04:05.000000', timezone_type: 3, timezone: 'Europe/Paris' }],
    [{ date: '2026-01-02 21:04:05.000000', timezone_type: 1, timezone: '-05:00' }],
    [{ date: '2026-01-03 02:04:05.000000', timezone_type: 2, timezone: 'Z' }],
    [{ date: '2026-01-03 02:04:05.000000', timezone_type: 3, timezone: 'UTC' }],
  ])('may be antedated by %j', async (eventDate) => {
    const id = await sdk.post('events/sync', makeEvent({ eventDate }))
    expect((await sdk.get(`~/events/${id}`)).eventDate).toBe('2026-01-03T02:04:05.000Z')
  })

  test.each([
    [{ date: { toString: 1 }, timezone_type: 3, timezone: 'UTC' }],
    [{ date: '2026-01-03 02:04:05.000000', timezone_type: 3, timezone: { toString: 1 } }],
    [{ date: '2026-01-03 02:04:05.000000', timezone_type: 3, timezone: 'Middle/Earth' }],
  ])('dated by %j are refused as a bad request', async (eventDate) => {
    await expect(sdk.post('events', makeEvent({ eventDate }))).rejects.toThrow(/^BadRequestException/)
  })

  test('without a nonce, or with PHP’s empty array for data, are refused as a bad request', async () => {
    for (const wrong of [{ nonce: undefined }, { data: [] }])
      await expect(sdk.post('events', makeEvent(wrong))).rejects.toThrow(/^BadRequestException/)
  })

  test('take states and statistics, dated or not; one their type has not is a 404', async () => {
    const id = await sdk.post('events/sync', makeEvent())
    const date = { date: '2026-02-01 10:00:00.000000', timezone_type: 1, timezone: '+02:00' }
    await sdk.patch(`~/events/${id}/states/qualified`, { value: true })
    await sdk.patch(`~/events/${id}/states/converted`, { value: 1, date })
    await sdk.patch(`~/events/${id}/statistics/turnover`, { value: 99.95, date })
    expect((await sdk.get(`~/events/${id}`)).metrics).toMatchObject([
      { storageKey: 'converted', data: { value: 1, date: '2026-02-01T08:00:00.000Z' } },
      { storageKey: 'qualified', data: { value: 1, date: null } },
      { storageKey: 'turnover', data: { value: 99.95, date: '2026-02-01T08:00:00.000Z' } },
    ])
    for (const kind of ['states', 'statistics'])
      await expect(sdk.patch(`~/events/${id}/${kind}/nonesuch`, { value: 1 })).rejects.toThrow(
        /^EndpointNotFoundException .*No storageKey matching field in this eventType/,
      )
  })

  test('of a user come in pages', async () => {
    const more = { trackerId: 'php-user', data: { email: 'user@php.test' } }
    const ids = [
      await sdk.post('events/sync', makeEvent(more)),
      await sdk.post('events/sync', makeEvent(more)),
    ]
    const { userId } = await sdk.get(`~/events/${ids[0]}`)
    const page = await sdk.page(`~/users/${userId}/events`, { limit: 1, order: 'ASC', eventType: null })
    expect(page).toMatchObject({ count: 1, total: 2, offset: 0, limit: 1, data: [{ _id: ids[0] }] })
  })
})

describe('the PHP SDK’s users', () => {
  test('are searched as the SDK asks when it is told nothing, page by page', async () => {
    for (const email of ['one@php.test', 'two@php.test'])
      await sdk.post('events/sync', makeEvent({ trackerId: email, data: { email } }))
    const sent = { fields: [], order: 'ASC', sort: 'lastname', filters: null, limit: 1, offset: 0 }
    const first = await sdk.post('~/users/search', sent)
    const second = await sdk.post('~/users/search', { ...sent, offset: 1 })
    expect(Object.keys(first).sort()).toEqual(PAGE)
    expect(first.data[0]).toMatchObject({ fields: [{ field: 'email', values: [expect.any(String)] }] })
    expect(second.data[0]._id).not.toBe(first.data[0]._id)
  })
})

describe('the PHP SDK’s custom columns', () => {
  test('are made, listed in a plain array, read and deleted', async () => {
    const made = { key: 'php-roas', name: 'ROAS', format: 'percent', symbols: [{ type: 'metric' }] }
    await sdk.post('~/custom-columns', made)
    const [column] = await sdk.get('~/custom-columns')
    expect(column).toMatchObject(made)
    expect(await sdk.get(`~/custom-columns/${column.id}`)).toEqual(column)
    await sdk.delete(`~/custom-columns/${column.id}`)
    expect(await sdk.get('~/custom-columns')).toEqual([])
  })
})

describe('the PHP SDK’s traffic sources', () => {
  test('come in pages and one by one', async () => {
    const page = await sdk.page('~/integrations')
    expect(Object.keys(page).sort()).toEqual(PAGE)
    expect(page.data).toContainEqual(await sdk.get('~/integrations/demo-store'))
    await expect(sdk.get('~/integrations/nobody')).rejects.toThrow(/^EndpointNotFoundException/)
  })
})

describe('the PHP SDK’s offline interactions', () => {
  test('are stored with their date', async () => {
    const date = { date: '2026-03-01 12:00:00.000000', timezone_type: 3, timezone: 'Europe/Paris' }
    const node = { wmktId: 'demo-store', cid: 'spring' }
    await sdk.post('~/interactions/offline', { userData: { email: 'ada@php.test' }, nodeData: node, date })
    const [latest] = await box.sandbox.interactions()
    expect(latest).toMatchObject({ nodeData: node, date: new Date('2026-03-01T11:00:00Z') })
  })

  test('without a wmktId are refused in the words of the reference', async () => {
    const sent = { userData: { email: 'ada@php.test' }, nodeData: { cid: 'spring' } }
    await expect(sdk.post('~/interactions/offline', sent)).rejects.toThrow(
      'BadRequestException {"statusCode":400,"message":"wmktId must be present in nodeData","error":"Bad Request"}',
    )
  })
})
