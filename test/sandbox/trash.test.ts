import { describe, expect, test } from 'vitest'
import { makeNonce, useBox } from '../support/sandbox.ts'

const box = useBox()

const trash = async (data: object) => {
  const sent = {
    projectId: 'demo-shop',
    eventType: 'contact-form',
    nonce: makeNonce(),
    trackerId: 't-1',
    data,
  }
  await box.post('/events', sent)
  await box.sandbox.waitForEvent({ nonce: sent.nonce, status: 'trashed' })
  return sent
}

describe('the trash', () => {
  test('holds what was sent and why it was refused, newest first, in pages of five keys', async () => {
    const first = await trash({ first_name: 'Ann' })
    const second = await trash({ email: 'nothing' })
    const { status, body } = await box.get('~/trashed-events?limit=1')
    expect(status).toBe(200)
    expect(body).toEqual({ data: [expect.anything()], count: 1, total: 2, offset: 0, limit: 1 })
    expect(body.data[0]).toMatchObject({
      ...{ projectId: 'demo-shop', nonce: second.nonce, eventType: 'contact-form', trackerId: 't-1' },
      ...{ data: { email: 'nothing' }, errors: [{ field: 'email', message: 'must be an email' }] },
    })
    const next = await box.get('~/trashed-events?limit=1&offset=1')
    expect(next.body.data[0].nonce).toBe(first.nonce)
  })

  test('is bounded by dates, both inclusive', async () => {
    const { body } = await box.get('~/trashed-events?limit=1')
    const at = encodeURIComponent(body.data[0].createdAt)
    expect((await box.get(`~/trashed-events?since=${at}&until=${at}`)).body.count).toBe(1)
    expect((await box.get('~/trashed-events?until=2020-01-01T00:00:00Z')).body).toMatchObject({
      count: 0,
      total: 0,
    })
  })

  test('tells errors as plain strings when asked to show what the reference announces', async () => {
    box.sandbox.set({ plainTrashErrors: true })
    const { body } = await box.get('~/trashed-events?limit=1')
    box.sandbox.set({ plainTrashErrors: false })
    expect(body.data[0].errors).toEqual(['email must be an email'])
  })

  test('takes a bare question mark and PHP’s empty parameters', async () => {
    expect((await box.get('~/trashed-events?')).status).toBe(200)
    expect((await box.get('~/trashed-events?offset=&limit=')).status).toBe(200)
  })

  test.each(['since=yesterday', 'limit=0', 'limit=ten', 'offset=-1'])('refuses ?%s', async (query) => {
    const { status, body } = await box.get(`~/trashed-events?${query}`)
    expect([status, body.error]).toEqual([400, 'Bad Request'])
  })
})
