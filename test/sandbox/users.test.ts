import { describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()

const send = async (data: object, trackerId?: string, eventDate?: string): Promise<string> => {
  const { body: id } = await box.sync('purchase', { order_id: 'o', ...data }, { trackerId, eventDate })
  return (await box.get(`~/events/${id}`)).body.userId
}

const find = async (email: string) => {
  const { body } = await box.post('~/users/search', { fields: [], filters: { email } })
  return body.data
}

const valuesOf = (user: { fields: { field: string; values: unknown[] }[] }, name: string) =>
  user.fields.find(({ field }) => field === name)?.values

describe('reconciliation', () => {
  test('knows a user by the tracker ID, by an e-mail, by a phone number', async () => {
    const first = await send({ email: 'r1@shop.test', phone: '+33612345601' }, 'tracker-r1')
    expect(await send({}, 'tracker-r1')).toBe(first)
    expect(await send({ email: 'R1@shop.test' })).toBe(first)
    expect(await send({ phone: '06 12 34 56 01' })).toBe(first)
    expect(await send({ email: 'r1-other@shop.test' })).not.toBe(first)
  })

  test('does not take two for one by a field that is not discriminant', async () => {
    const ann = await send({ email: 'ann1@shop.test', first_name: 'Ann' })
    expect(await send({ email: 'ann2@shop.test', first_name: 'Ann' })).not.toBe(ann)
  })

  test('merges users who turn out to be one: the older stays, with everything of both', async () => {
    const one = await send({ email: 'm1@shop.test' }, 'tracker-m1', '2026-01-01T00:00:00Z')
    const two = await send({ phone: '+33612345602', amount: 5 }, 'tracker-m2', '2026-02-01T00:00:00Z')
    expect(one).not.toBe(two)
    const [older = '', younger = ''] = [one, two].sort()
    expect(await send({ email: 'm1@shop.test', phone: '+33612345602' })).toBe(older)
    expect(await send({}, 'tracker-m1')).toBe(older)
    expect(await send({}, 'tracker-m2')).toBe(older)
    expect((await box.get(`~/users/${older}/events`)).body.total).toBe(5)
    expect((await box.get(`~/users/${older}/metrics`)).body.total).toBe(1)
    expect((await box.get(`~/users/${younger}/events`)).status).toBe(404)
    const [user] = await find('m1@shop.test')
    expect(user).toMatchObject({ _id: older, firstEventDate: '2026-01-01T00:00:00.000Z' })
    expect(valuesOf(user, 'phone')).toEqual(['+33612345602'])
  })

  test('merges within one batch of asynchronous events as it does one by one', async () => {
    const post = (nonce: string, trackerId: string, data: object) =>
      box.post('/events', { projectId: 'demo-shop', eventType: 'newsletter', nonce, trackerId, data })
    box.sandbox.set({ latencyMs: 150 })
    await Promise.all([
      post('b1', 'tracker-b1', { email: 'b1@shop.test' }),
      post('b2', 'tracker-b2', { email: 'b2@shop.test' }),
      post('b3', 'tracker-b1', { email: 'b2@shop.test' }),
    ])
    box.sandbox.set({ latencyMs: 0 })
    await Promise.all(['b1', 'b2', 'b3'].map((nonce) => box.sandbox.waitForEvent({ nonce })))
    const found = [...(await find('b1@shop.test')), ...(await find('b2@shop.test'))]
    expect(new Set(found.map(({ _id }: { _id: string }) => _id)).size).toBe(1)
    expect((await box.get(`~/users/${found[0]._id}/events`)).body.total).toBe(3)
  })

  test('leaves an event nobody can be told from without a user', async () => {
    expect(await send({})).toBeNull()
  })
})

describe('a user', () => {
  test('keeps every value a field has had', async () => {
    await send({ email: 'v1@shop.test', first_name: 'Vi' }, 'tracker-v')
    await send({ email: 'v2@shop.test', first_name: 'Vi' }, 'tracker-v')
    const [user] = await find('v2@shop.test')
    expect(valuesOf(user, 'email')).toEqual(['v1@shop.test', 'v2@shop.test'])
    expect(valuesOf(user, 'first_name')).toEqual(['Vi'])
  })

  test('is shown in the shape the official SDK reads', async () => {
    await send({ email: 's1@shop.test' }, undefined, '2026-01-05T00:00:00Z')
    await send({ email: 's1@shop.test' }, undefined, '2026-01-03T00:00:00Z')
    const [user] = await find('s1@shop.test')
    expect(user).toEqual({
      ...{ _id: expect.stringMatching(/^[0-9a-f]{24}$/), projectId: 'demo-shop' },
      fields: [{ field: 'email', values: ['s1@shop.test'] }],
      ...{ firstEventDate: '2026-01-03T00:00:00.000Z', lastEventDate: '2026-01-05T00:00:00.000Z' },
      ...{ firstInteractionDate: null, lastInteractionDate: null },
      ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
    })
  })

  test('has its events in pages, newest first', async () => {
    const userId = await send({ email: 'p1@shop.test' }, undefined, '2026-01-01T00:00:00Z')
    await send({ email: 'p1@shop.test', amount: 3 }, undefined, '2026-01-02T00:00:00Z')
    const { body } = await box.get(`~/users/${userId}/events?limit=1`)
    expect(body).toMatchObject({ count: 1, total: 2, offset: 0, limit: 1 })
    expect(body.data[0]).toMatchObject({
      eventDate: '2026-01-02T00:00:00.000Z',
      metrics: [{ storageKey: 'turnover' }],
    })
    expect((await box.get(`~/users/${userId}/events?order=ASC&limit=1`)).body.data[0].eventDate).toMatch(
      /^2026-01-01/,
    )
    expect((await box.get(`~/users/${userId}/events?eventType=cta`)).body.total).toBe(0)
  })
})

describe('the search', () => {
  test('sorts by a user field, and shows only the fields asked for', async () => {
    await send({ email: 'c@sort.test', last_name: 'Csort' })
    await send({ email: 'a@sort.test', last_name: 'Asort' })
    const { body } = await box.post('~/users/search', {
      ...{ fields: ['last_name'], sort: 'last_name', order: 'ASC', limit: 2 },
      filters: { email: ['a@sort.test', 'c@sort.test'] },
    })
    expect(body.data.map(({ fields }: { fields: object }) => fields)).toEqual([
      [{ field: 'last_name', values: ['Asort'] }],
      [{ field: 'last_name', values: ['Csort'] }],
    ])
    expect(body).toMatchObject({ count: 2, total: 2, offset: 0, limit: 2 })
  })

  test('sorts by the least value of a field, and puts users without one last, page by page', async () => {
    await box.sandbox.reset()
    for (const [email, name] of [
      ['1', 'Bea'],
      ['2', 'Cid'],
      ['2', 'Abe'],
      ['3', ''],
      ['4', 'Bob'],
      ['5', ''],
    ])
      await send({ email: `${email}@pages.test`, last_name: name })
    const emailsOf = async (order: string, limit: number, offset: number) => {
      const sent = { fields: ['email'], sort: 'last_name', order, limit, offset }
      const { body } = await box.post('~/users/search', sent)
      expect(body.total).toBe(5)
      return body.data.map((user: Parameters<typeof valuesOf>[0]) => String(valuesOf(user, 'email'))[0])
    }
    expect(await emailsOf('ASC', 10, 0)).toEqual(['2', '1', '4', '3', '5'])
    expect(await emailsOf('DESC', 10, 0)).toEqual(['4', '1', '2', '5', '3'])
    const pages = [await emailsOf('ASC', 2, 0), await emailsOf('ASC', 2, 2), await emailsOf('ASC', 2, 4)]
    expect(pages.flat()).toEqual(['2', '1', '4', '3', '5'])
    expect(await emailsOf('ASC', 2, 3)).toEqual(['3', '5'])
    expect(await emailsOf('ASC', 2, 5)).toEqual([])
  })

  test('takes what the official SDK sends by default', async () => {
    const sent = { fields: ['email'], order: 'ASC', sort: 'lastname', filters: null, limit: 10, offset: 0 }
    const { status, body } = await box.post('~/users/search', sent)
    expect(status).toBe(200)
    expect(body.count).toBeGreaterThan(0)
  })

  test.each([{ filters: 'x' }, { order: 'up' }, { fields: 'email' }, { limit: -1 }])(
    'refuses %j',
    async (body) => {
      expect((await box.post('~/users/search', body)).status).toBe(400)
    },
  )
})
