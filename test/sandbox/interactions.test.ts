import { describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()

const visit = (change: object = {}) =>
  box.post('~/interactions/offline', {
    userData: { email: 'walk-in@shop.test' },
    nodeData: { wmktId: 'demo-store', cid: 'spring' },
    ...change,
  })

describe('an offline interaction', () => {
  test('is stored for its user, with its date and its node', async () => {
    const { status } = await visit({ date: '2026-02-01T10:00:00+01:00' })
    expect(status).toBe(201)
    const [latest] = await box.sandbox.interactions()
    expect(latest).toMatchObject({ wmktId: 'demo-store', userData: { email: 'walk-in@shop.test' } })
    expect(latest?.date).toEqual(new Date('2026-02-01T09:00:00Z'))
  })

  test('has no nonce: the same one twice is two', async () => {
    const before = (await box.sandbox.counts()).interactions
    await visit()
    await visit()
    expect((await box.sandbox.counts()).interactions).toBe(before + 2)
  })

  test('is of the same user as the events with that e-mail or phone, in either order', async () => {
    await visit({ userData: { email: 'both@shop.test', phone: '06 12 34 56 78' } })
    const { body: id } = await box.sync('purchase', { phone: '+33612345678', order_id: '1' })
    const [latest] = await box.sandbox.interactions()
    expect((await box.get(`~/events/${id}`)).body.userId).toBe(latest?.userId)
    const { body } = await box.post('~/users/search', { filters: { email: 'both@shop.test' } })
    expect(body.data[0].firstInteractionDate).toEqual(expect.any(String))
  })

  test('is told newest first, from an offset on', async () => {
    await visit({ userData: { email: 'before@shop.test' } })
    await visit({ userData: { email: 'after@shop.test' } })
    const all = await box.sandbox.interactions()
    expect(await box.sandbox.interactions(1)).toEqual(all.slice(1))
    const answer = await fetch(`${new URL(box.sandbox.api).origin}/__sandbox/interactions?offset=1`)
    expect(await answer.json()).toHaveLength(all.length - 1)
  })

  test('without a date is dated at its reception', async () => {
    const before = Date.now()
    await visit()
    const [latest] = await box.sandbox.interactions()
    expect(latest?.date.getTime()).toBeGreaterThanOrEqual(before)
  })

  test('without wmktId is refused in the very words of the reference', async () => {
    for (const nodeData of [undefined, null, {}, { wmktId: '' }, { cid: 'spring' }]) {
      const { status, body } = await visit({ nodeData })
      expect(status).toBe(400)
      expect(body).toEqual({
        statusCode: 400,
        message: 'wmktId must be present in nodeData',
        error: 'Bad Request',
      })
    }
  })

  test.each([
    ['an integration nobody has', { nodeData: { wmktId: 'nobody' } }],
    ['an integration that is not custom', { nodeData: { wmktId: 'demo-search' } }],
    ['no identity', { userData: {} }],
    ['no user data', { userData: undefined }],
    ['a field that is not discriminant', { userData: { email: 'a@b.test', first_name: 'Ann' } }],
    ['an e-mail that is none', { userData: { email: 'nothing' } }],
    ['a date that is none', { date: 'today' }],
    ['node data that is a list', { nodeData: [] }],
  ])('with %s is refused', async (_, change) => {
    const before = (await box.sandbox.counts()).interactions
    const { status, body } = await visit(change)
    expect([status, body.error]).toEqual([400, 'Bad Request'])
    expect((await box.sandbox.counts()).interactions).toBe(before)
  })
})
