import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeNonce, useBox } from '../support/sandbox.ts'

const box = useBox()

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const event = (change: object = {}) => ({
  projectId: 'demo-shop',
  eventType: 'contact-form',
  nonce: makeNonce(),
  data: { email: 'ann@shop.test' },
  ...change,
})

describe('an event sent asynchronously', () => {
  test('is answered with its id as a bare JSON string, and computed afterwards', async () => {
    const sent = event({ eventDate: '2026-03-01T10:00:00+02:00', trackerId: 'tracker-1' })
    const { status, body: id } = await box.post('/events', sent)
    expect(status).toBe(200)
    expect(id).toMatch(UUID)
    await box.sandbox.waitForEvent({ nonce: sent.nonce })
    const { body } = await box.get(`~/events/${id}`)
    expect(body).toMatchObject({
      ...{
        _id: id,
        projectId: 'demo-shop',
        eventType: 'contact-form',
        attributable: true,
        expirationPolicy: null,
      },
      ...{ eventDate: '2026-03-01T08:00:00.000Z', event: {}, user: { email: 'ann@shop.test' }, metrics: [] },
      userId: expect.stringMatching(/^[0-9a-f]{24}$/),
    })
  })

  test('that does not fit its type is answered 200 all the same, and trashed with its errors', async () => {
    const sent = event({ data: { phone: 'no number' } })
    const { status } = await box.post('/events', sent)
    const trashed = await box.sandbox.waitForEvent({ nonce: sent.nonce, status: 'trashed' })
    expect(status).toBe(200)
    expect(trashed.errors).toEqual([
      { field: 'email', message: 'is mandatory' },
      { field: 'phone', message: 'must be a valid phone number' },
    ])
  })

  test('of a type that does not exist is trashed', async () => {
    const sent = event({ eventType: 'nobody-knows' })
    expect((await box.post('/events', sent)).status).toBe(200)
    const { errors } = await box.sandbox.waitForEvent({ nonce: sent.nonce, status: 'trashed' })
    expect(errors[0]?.field).toBe('eventType')
  })

  test('is not computed before its latency is over, even when others are', async () => {
    box.sandbox.set({ latencyMs: 500 })
    const [late, early] = [event(), event()]
    const at = Date.now()
    const { body: id } = await box.post('/events', late)
    box.sandbox.set({ latencyMs: 0 })
    await box.post('/events', early)
    await box.sandbox.waitForEvent({ nonce: early.nonce })
    expect(await box.sandbox.events({ nonce: late.nonce })).toMatchObject([{ status: 'accepted' }])
    expect((await box.get(`~/events/${id}`)).status).toBe(404)
    expect((await box.get(`~/raw-events/${id}`)).status).toBe(200)
    await box.sandbox.waitForEvent({ nonce: late.nonce })
    expect(Date.now() - at).toBeGreaterThanOrEqual(500)
  })

  test('without a date counts for the moment it was received', async () => {
    const before = Date.now()
    const { body: id } = await box.post('/events/sync', event())
    const { body } = await box.get(`~/events/${id}`)
    expect(Date.parse(body.eventDate)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(body.eventDate)).toBeLessThanOrEqual(Date.now())
  })
})

describe('an event sent synchronously', () => {
  test('is computed when the answer comes', async () => {
    const { body: id } = await box.post('/events/sync', event())
    expect((await box.get(`~/events/${id}`)).status).toBe(200)
  })

  test('that does not fit its type is refused with every reason and leaves no trace', async () => {
    const sent = event({ data: { email: 'no email', qualified: 2 } })
    const { status, body } = await box.post('/events/sync', sent)
    expect(status).toBe(400)
    expect(body).toEqual({
      statusCode: 400,
      message: ['data.email must be an email', 'data.qualified must be 0 or 1'],
      error: 'Bad Request',
    })
    expect(await box.sandbox.events({ nonce: sent.nonce })).toEqual([])
    expect((await box.post('/events/sync', { ...sent, data: { email: 'an@email.test' } })).status).toBe(200)
  })

  test('that is refused is also trashed when the setting says so', async () => {
    box.sandbox.set({ trashSyncRefusals: true })
    const sent = event({ data: {} })
    expect((await box.post('/events/sync', sent)).status).toBe(400)
    box.sandbox.set({ trashSyncRefusals: false })
    expect(await box.sandbox.events({ nonce: sent.nonce })).toMatchObject([{ status: 'trashed' }])
  })
})

describe('a nonce', () => {
  test('seen before is answered with the first event’s id, and stores nothing', async () => {
    const sent = event({ eventType: 'cta', data: { place: 'hero' } })
    const ids = [
      (await box.post('/events', sent)).body,
      (await box.post('/events', { ...sent, data: { place: 'footer' } })).body,
      (await box.post('/events/sync', sent)).body,
    ]
    expect(new Set(ids).size).toBe(1)
    const { data, receptions } = await box.sandbox.waitForEvent({ nonce: sent.nonce })
    expect({ data, receptions }).toEqual({ data: { place: 'hero' }, receptions: 3 })
  })

  test('sent many times at once makes one event', async () => {
    const sent = event()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => box.post(i % 2 ? '/events' : '/events/sync', sent)),
    )
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    const [only] = await box.sandbox.events({ nonce: sent.nonce })
    expect(only?.receptions).toBe(20)
  })

  test('given as a number is taken as text, and refused under the strict reading', async () => {
    const nonce = Date.now()
    expect((await box.post('/events', event({ nonce }))).status).toBe(200)
    expect(await box.sandbox.waitForEvent({ nonce: String(nonce) })).toMatchObject({ nonce: String(nonce) })
    box.sandbox.set({ strict: true })
    const { status } = await box.post('/events', event({ nonce }))
    box.sandbox.set({ strict: false })
    expect(status).toBe(400)
  })
})

describe('the envelope', () => {
  test.each([
    ['projectId', 'Not A Slug'],
    ['projectId', 'ab'],
    ['projectId', 'a'.repeat(65)],
    ['eventType', 7],
    ['eventType', ''],
    ['eventDate', 'yesterday'],
    ['eventDate', '2026-02-30T00:00:00Z'],
    ['trackerId', {}],
    ['nonce', undefined],
    ['data', [1]],
    ['data', null],
  ])('with a wrong %s (%j) is answered 400, naming it', async (key, value) => {
    const { status, body } = await box.post('/events', event({ [key]: value }))
    expect(status).toBe(400)
    expect(body.message).toEqual([expect.stringContaining(key)])
  })

  test('with several faults is told all of them', async () => {
    const { body } = await box.post('/events', {})
    expect(body.message).toHaveLength(4)
  })

  test('for a project nobody has is answered 404', async () => {
    expect((await box.post('/events', event({ projectId: 'other-shop' }))).status).toBe(404)
  })

  test.each([
    ['2026-04-01T05:00:00', '2026-04-01T05:00:00.000Z'],
    ['2026-04-01T06:00:00+01:00', '2026-04-01T05:00:00.000Z'],
    ['2026-04-01 05:00:00.5z', '2026-04-01T05:00:00.500Z'],
    ['2022-04-01Z05:00:00', '2022-04-01T05:00:00.000Z'],
    [{ date: '2026-04-01 05:00:00.000000', timezone_type: 3, timezone: 'UTC' }, '2026-04-01T05:00:00.000Z'],
  ])('reads the date %j', async (eventDate, instant) => {
    const { body: id } = await box.post('/events/sync', event({ eventDate }))
    expect((await box.get(`~/events/${id}`)).body.eventDate).toBe(instant)
  })

  test('read strictly refuses the reference’s typo and PHP’s date objects', async () => {
    box.sandbox.set({ strict: true })
    const typo = await box.post('/events', event({ eventDate: '2022-04-01Z05:00:00' }))
    const php = await box.post(
      '/events',
      event({ eventDate: { date: '2026-04-01 05:00:00', timezone: 'UTC' } }),
    )
    box.sandbox.set({ strict: false })
    expect([typo.status, php.status]).toEqual([400, 400])
  })
})

describe('field types', () => {
  const shownOf = async (data: object) => {
    const { body: id } = await box.sync('purchase', { order_id: 'o-1', ...data })
    return (await box.get(`~/events/${id}`)).body
  }

  test('bring values to their stored form', async () => {
    const {
      user,
      event: own,
      metrics,
    } = await shownOf({
      ...{
        email: ' Bob@Shop.TEST ',
        phone: '06 12 34 56 78',
        order_id: 12345,
        delivery_address: { zipcode: '75001' },
      },
      ...{ amount: { amount: 12.5, currency: 'EUR' }, quantity: '3', converted: true, unknown_key: 1 },
    })
    expect(user).toEqual({ email: 'bob@shop.test', phone: '+33612345678' })
    expect(own).toEqual({ order_id: '12345', delivery_address: { zipcode: '75001' } })
    expect(
      metrics.map((metric: { storageKey: string; data: object }) => [metric.storageKey, metric.data]),
    ).toEqual(
      expect.arrayContaining([
        ['turnover', expect.objectContaining({ value: 12.5, amount: 12.5, currency: 'EUR' })],
        ['quantity', expect.objectContaining({ value: 3 })],
        ['converted', expect.objectContaining({ value: 1 })],
      ]),
    )
  })

  test('take a plain number as an amount in the project’s currency', async () => {
    const { metrics } = await shownOf({ amount: 99 })
    expect(metrics[0].data).toMatchObject({ value: 99, amount: 99, currency: 'EUR' })
  })

  test.each([
    [{ amount: { amount: 1 } }, 'data.amount currency must be an ISO 4217 code'],
    [{ amount: { currency: 'EUR' } }, 'data.amount amount must be a number'],
    [{ quantity: '12,345' }, 'data.quantity must be a number'],
    [{ delivery_address: 'Paris' }, 'data.delivery_address must be an object'],
    [{ phone: '+33 1' }, 'data.phone must be a valid phone number'],
    [{ email: 'a@b' }, 'data.email must be an email'],
  ])('refuse %j', async (data, message) => {
    const { body } = await box.sync('purchase', { order_id: 'o-1', ...data })
    expect(body.message).toEqual([message])
  })

  test('read strictly refuse what only looks like a number', async () => {
    box.sandbox.set({ strict: true })
    const { body } = await box.sync('purchase', { order_id: 1, quantity: '3', amount: 5, converted: true })
    box.sandbox.set({ strict: false })
    expect(body.message).toEqual([
      'data.order_id must be a string',
      'data.amount must be an object with amount and currency',
      'data.quantity must be a number',
      'data.converted must be 0 or 1',
    ])
  })
})

describe('an event type that is archived', () => {
  test('takes no more events', async () => {
    const type = { reference: 'short-lived', name: 'Short-lived', fields: [] }
    await box.post('~/event-types', type)
    expect((await box.sync('short-lived', {})).status).toBe(200)
    await box.delete('~/event-types/short-lived')
    expect((await box.sync('short-lived', {})).status).toBe(400)
  })
})

describe('any JSON at all', () => {
  test('posted as an event is answered 200, 400 or 404 in a documented shape, and computed or trashed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), async (data, extra) => {
        const { status, body } = await box.post(
          '/events',
          event({ eventType: 'purchase', data, trackerId: extra ?? 't' }),
        )
        if (status === 200) expect(body).toMatch(UUID)
        else expect(body).toMatchObject({ statusCode: 400, error: 'Bad Request' })
      }),
      { numRuns: 60 },
    )
    await expect.poll(async () => (await box.sandbox.counts()).accepted).toBe(0)
  })

  test.each(['\u0000', '\ud800', { 'a\u0000': 1 }])(
    'that cannot be stored (%j) is answered 400',
    async (value) => {
      expect((await box.post('/events', event({ data: { email: value } }))).status).toBe(400)
    },
  )

  test('nested without end is answered 400, and a body too large 413', async () => {
    const deep = `${`{"a":`.repeat(3000)}1${'}'.repeat(3000)}`
    const send = (body: string) =>
      fetch(`${box.sandbox.api}/events`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${box.token}`, 'Content-Type': 'application/json' },
        body,
      })
    expect((await send(deep)).status).toBe(400)
    expect((await send('{"broken"')).status).toBe(400)
    const large = await send(JSON.stringify('x'.repeat(1_100_000)))
    expect([large.status, await large.json()]).toEqual([
      413,
      { statusCode: 413, message: 'request entity too large', error: 'Payload Too Large' },
    ])
  })
})
