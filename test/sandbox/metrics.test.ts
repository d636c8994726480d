import { beforeAll, describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()
let userId = ''
let eventId = ''

beforeAll(async () => {
  const { body: id } = await box.sync(
    'purchase',
    { email: 'zoe@shop.test', order_id: '1', amount: 5, converted: 1 },
    { eventDate: '2026-01-10T00:00:00Z' },
  )
  eventId = id
  userId = (await box.get(`~/events/${id}`)).body.userId
  const { body: later } = await box.sync('purchase', { email: 'zoe@shop.test', order_id: '2' })
  await box.patch(`~/events/${later}/statistics/turnover`, { value: 8, date: '2026-03-01T00:00:00Z' })
  await box.sync('purchase', { email: 'other@shop.test', order_id: '3', amount: 100 })
})

const list = async (query: string, id = userId) => (await box.get(`~/users/${id}/metrics?${query}`)).body

const datesOf = (body: { data: { data: { date: string } }[] }) =>
  body.data.map(({ data }) => data.date.slice(0, 10))

describe('the metrics of a user', () => {
  test('are those of all its events, in a page of five keys', async () => {
    const body = await list('')
    expect(body).toMatchObject({ count: 3, total: 3, offset: 0, limit: 10 })
    expect(body.data[0]).toMatchObject({
      ...{ projectId: 'demo-shop', userId, eventId, eventType: 'purchase' },
      data: { date: '2026-01-10T00:00:00.000Z' },
    })
  })

  test('are told apart by type', async () => {
    expect((await list('type=state')).data).toMatchObject([{ type: 'state', storageKey: 'converted' }])
    expect((await list('type=statistic')).total).toBe(2)
  })

  test('are bounded by their own date, inclusive', async () => {
    const at = '2026-03-01T00:00:00.000Z'
    expect(datesOf(await list(`since=${at}&until=${at}`))).toEqual(['2026-03-01'])
    expect((await list('until=2026-02-01T00:00:00Z')).total).toBe(2)
  })

  test('are sorted as asked', async () => {
    expect(datesOf(await list('type=statistic&sort=metricDate&order=DESC'))).toEqual([
      '2026-03-01',
      '2026-01-10',
    ])
    expect(datesOf(await list('type=statistic&sort=metricDate&order=ASC'))).toEqual([
      '2026-01-10',
      '2026-03-01',
    ])
    expect(datesOf(await list('type=statistic&sort=updatedAt&order=ASC&limit=1&offset=1'))).toEqual([
      '2026-03-01',
    ])
  })

  test('may be asked for by an event’s id, as the reference says, but not under the strict reading', async () => {
    expect((await list('', eventId)).total).toBe(2)
    box.sandbox.set({ strict: true })
    const { status } = await box.get(`~/users/${eventId}/metrics`)
    box.sandbox.set({ strict: false })
    expect(status).toBe(404)
  })

  test.each(['type=both', 'sort=value', 'order=up', 'since=x'])('refuse ?%s', async (query) => {
    expect((await box.get(`~/users/${userId}/metrics?${query}`)).status).toBe(400)
  })

  test('of a user nobody knows are a 404', async () => {
    expect((await box.get('~/users/668fdaae3a8d910335ec56b1/metrics')).status).toBe(404)
  })
})
