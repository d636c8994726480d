import { describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()

const contact = async (): Promise<string> => (await box.sync('contact-form', { email: 'lea@shop.test' })).body

const metricsOf = async (id: string) => (await box.get(`~/events/${id}`)).body.metrics

describe('a state', () => {
  test('is set where it was not, and set again where it was', async () => {
    const id = await contact()
    const first = await box.patch(`~/events/${id}/states/qualified`, {
      value: 1,
      date: '2026-05-04T12:00:00+02:00',
    })
    expect(first.status).toBe(200)
    expect(await metricsOf(id)).toMatchObject([
      { type: 'state', storageKey: 'qualified', data: { value: 1, date: '2026-05-04T10:00:00.000Z' } },
    ])
    await box.patch(`~/events/${id}/states/qualified`, { value: 0, date: '' })
    expect(await metricsOf(id)).toMatchObject([{ storageKey: 'qualified', data: { value: 0, date: null } }])
  })

  test('stands beside others: an event has several', async () => {
    const id = await contact()
    await box.patch(`~/events/${id}/states/qualified`, { value: 1 })
    await box.patch(`~/events/${id}/states/converted`, { value: 1 })
    expect(await metricsOf(id)).toHaveLength(2)
  })

  test.each([2, '1', null, undefined, 0.5])('is not %j', async (value) => {
    const { status, body } = await box.patch(`~/events/${await contact()}/states/qualified`, { value })
    expect([status, body.message]).toEqual([400, ['value must be 0 or 1']])
  })

  test('given as a boolean is taken, but not under the strict reading', async () => {
    const id = await contact()
    expect((await box.patch(`~/events/${id}/states/qualified`, { value: true })).status).toBe(200)
    box.sandbox.set({ strict: true })
    const { status } = await box.patch(`~/events/${id}/states/qualified`, { value: true })
    box.sandbox.set({ strict: false })
    expect(status).toBe(400)
  })
})

describe('a statistic', () => {
  test('given as a number is an amount in the project’s currency', async () => {
    const id = await contact()
    const { body } = await box.patch(`~/events/${id}/statistics/turnover`, { value: 4000 })
    expect(body.data).toEqual({ value: 4000, date: null, amount: 4000, currency: 'EUR' })
    await box.patch(`~/events/${id}/statistics/turnover`, { value: { amount: 10, currency: 'USD' } })
    expect(await metricsOf(id)).toMatchObject([{ data: { amount: 10, currency: 'USD' } }])
  })

  test('counts in insights from then on', async () => {
    const { body: id } = await box.sync(
      'contact-form',
      { email: 'lea@shop.test' },
      { eventDate: '2020-01-01T00:00:00Z' },
    )
    await box.patch(`~/events/${id}/statistics/turnover`, { value: 7 })
    const { body } = await box.post('~/events/insights', {
      ...{ since: '2020-01-01T00:00:00Z', until: '2020-12-31T00:00:00Z', metrics: ['turnover'] },
      ...{ groupBy: 'project', interval: 'year' },
    })
    expect(body[0].metrics.turnover).toBe(7)
  })

  test('is not a text', async () => {
    expect(
      (await box.patch(`~/events/${await contact()}/statistics/turnover`, { value: 'much' })).status,
    ).toBe(400)
  })
})

describe('a key that is none of the event’s', () => {
  const NOT_FOUND = {
    statusCode: 404,
    message: 'No storageKey matching field in this eventType',
    error: 'Not Found',
  }

  test('is answered with the documented 404', async () => {
    const id = await contact()
    for (const path of ['states/typo', 'states/turnover', 'statistics/qualified', 'statistics/quantity']) {
      const { status, body } = await box.patch(`~/events/${id}/${path}`, { value: 1 })
      expect([status, body]).toEqual([404, NOT_FOUND])
    }
  })

  test('stays none for events older than the version that brought it', async () => {
    const fields = [
      { label: 'A', entity: 'event-type', type: 'string', ingestionKey: 'a', storageKey: 'versioned_a' },
    ]
    await box.post('~/event-types', { reference: 'versioned', name: 'Versioned', fields })
    const { body: old } = await box.sync('versioned', {})
    const state = { label: 'Q', entity: 'state', type: 'boolean', ingestionKey: 'q', storageKey: 'qualified' }
    await box.patch('~/event-types/versioned', { fields: [...fields, state] })
    const { body: young } = await box.sync('versioned', {})
    expect((await box.patch(`~/events/${old}/states/qualified`, { value: 1 })).body).toEqual(NOT_FOUND)
    expect((await box.patch(`~/events/${young}/states/qualified`, { value: 1 })).status).toBe(200)
  })

  test('of an event nobody has, or that is no id, is a 404 of its own', async () => {
    for (const id of ['da717cf8-cd33-4a6d-a052-68e2096f06b9', 'no-uuid']) {
      const { status, body } = await box.patch(`~/events/${id}/states/qualified`, { value: 1 })
      expect([status, body.message]).toEqual([404, `Event ${id} not found`])
    }
  })
})
