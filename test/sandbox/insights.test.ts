import { beforeAll, describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()

const purchase = (eventDate: string, amount: number, converted?: number) =>
  box.sync('purchase', { order_id: 'o', amount, converted }, { eventDate })

const ask = (change: object = {}) =>
  box.post('~/events/insights', {
    since: '2024-01-01T00:00:00Z',
    until: '2024-12-31T23:59:59.999Z',
    metrics: ['event-count', 'turnover'],
    groupBy: 'project',
    interval: 'month',
    filter: null,
    ...change,
  })

beforeAll(async () => {
  await purchase('2024-02-29T23:30:00Z', 10)
  await purchase('2024-02-29T23:30:00-01:00', 20, 1)
  await purchase('2024-08-05T12:00:00Z', 30, 1)
  await box.sync('cta', {}, { eventDate: '2024-08-11T12:00:00Z' })
  await purchase('2023-12-31T23:59:59.999Z', 1000)
})

describe('insights', () => {
  test('add up by month, in UTC, in order', async () => {
    const { status, body } = await ask()
    expect(status).toBe(200)
    expect(body).toEqual([
      { date: '2024-02-01T00:00:00.000Z', metrics: { 'event-count': 1, turnover: 10 } },
      { date: '2024-03-01T00:00:00.000Z', metrics: { 'event-count': 1, turnover: 20 } },
      { date: '2024-08-01T00:00:00.000Z', metrics: { 'event-count': 2, turnover: 30 } },
    ])
  })

  test.each([
    ['day', ['2024-02-29', '2024-03-01', '2024-08-05', '2024-08-11']],
    ['week', ['2024-02-26', '2024-08-05']],
    ['quarter', ['2024-01-01', '2024-07-01']],
    ['semester', ['2024-01-01', '2024-07-01']],
    ['year', ['2024-01-01']],
    ['dayOfWeek', [1, 4, 5, 7]],
    ['dayOfMonth', [1, 5, 11, 29]],
    ['dayOfYear', [60, 61, 218, 224]],
    ['weekOfYear', [9, 32]],
    ['monthOfYear', [2, 3, 8]],
    ['quarterOfYear', [1, 3]],
    ['semesterOfYear', [1, 2]],
  ])('by %s fall into %j', async (interval, dates) => {
    const { body } = await ask({ interval, metrics: ['event-count'] })
    const told = body.map(({ date }: { date: string | number }) =>
      typeof date === 'string' ? date.slice(0, 10) : date,
    )
    expect(told).toEqual(dates)
    const counted = body.reduce(
      (sum: number, entry: { metrics: Record<string, number> }) => sum + (entry.metrics['event-count'] ?? 0),
      0,
    )
    expect(counted).toBe(4)
  })

  test('break down by event type, and restrict to those of the filter', async () => {
    const { body } = await ask({ groupBy: 'event-type', interval: 'semester' })
    expect(body).toEqual([
      {
        date: '2024-01-01T00:00:00.000Z',
        eventType: 'purchase',
        metrics: { 'event-count': 2, turnover: 30 },
      },
      { date: '2024-07-01T00:00:00.000Z', eventType: 'cta', metrics: { 'event-count': 1, turnover: 0 } },
      {
        date: '2024-07-01T00:00:00.000Z',
        eventType: 'purchase',
        metrics: { 'event-count': 1, turnover: 30 },
      },
    ])
    const only = await ask({ groupBy: 'event-type', interval: 'year', filter: ['cta'] })
    expect(only.body).toEqual([
      { date: '2024-01-01T00:00:00.000Z', eventType: 'cta', metrics: { 'event-count': 1, turnover: 0 } },
    ])
    expect((await ask({ groupBy: 'event-type', interval: 'year', filter: [] })).body).toHaveLength(2)
  })

  test('count states, and give 0 for keys nobody knows', async () => {
    const { body } = await ask({ interval: 'year', metrics: ['converted', 'nobody', '__proto__'] })
    expect(body).toHaveLength(1)
    expect(body[0].metrics).toMatchObject({ converted: 2, nobody: 0 })
  })

  test('leave bounds open when not given, and demand them under the strict reading', async () => {
    const open = await ask({ since: null, until: undefined, interval: 'year', metrics: ['turnover'] })
    expect(open.body.map(({ date }: { date: string }) => date.slice(0, 4))).toEqual(['2023', '2024'])
    box.sandbox.set({ strict: true })
    const strict = await ask({ since: null })
    box.sandbox.set({ strict: false })
    expect(strict.status).toBe(400)
  })

  test.each([
    [{ interval: 'hour' }, /interval/],
    [{ groupBy: 'user' }, /groupBy/],
    [{ metrics: 'event-count' }, /metrics/],
    [{ filter: { eventType: 'cta' } }, /filter/],
    [{ since: '1 May' }, /since/],
  ])('refuse %j', async (change, message) => {
    const { status, body } = await ask(change)
    expect(status).toBe(400)
    expect(body.message).toEqual([expect.stringMatching(message)])
  })
})
