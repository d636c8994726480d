import { beforeAll, describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()
const CAMPAIGNS = '~/custom-ads/demo-store/campaigns'
let spring = ''

beforeAll(async () => {
  spring = (await box.post(CAMPAIGNS, { campaignSlug: 'spring', name: 'Spring sale' })).body.id
})

const slugs = async (query: string): Promise<string[]> =>
  (await box.get(`${CAMPAIGNS}?${query}`)).body.data.map(
    ({ campaignSlug }: { campaignSlug: string }) => campaignSlug,
  )

describe('a campaign', () => {
  test('is explicit when a person made it, and shown in the documented shape', async () => {
    const { status, body } = await box.get(`${CAMPAIGNS}/${spring}`)
    expect(status).toBe(200)
    expect(body).toEqual({
      ...{ id: spring, integrationId: expect.any(String), projectId: 'demo-shop', name: 'Spring sale' },
      ...{ campaignSlug: 'spring', active: true, explicit: true },
      ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
    })
  })

  test('is answered with 201 and its id alone when created; its slug is taken then', async () => {
    const sent = { campaignSlug: 'summer', name: 'Summer', active: false }
    const first = await box.post(CAMPAIGNS, sent)
    expect([first.status, Object.keys(first.body)]).toEqual([201, ['id']])
    expect((await box.post(CAMPAIGNS, sent)).status).toBe(409)
  })

  test('is implicit when traffic names a slug nobody has declared', async () => {
    const nodeData = { wmktId: 'demo-store', cid: 'flyer' }
    await box.post('~/interactions/offline', { userData: { email: 'f@shop.test' }, nodeData })
    await box.post('~/interactions/offline', { userData: { email: 'g@shop.test' }, nodeData })
    const { body } = await box.get(`${CAMPAIGNS}?explicit=0`)
    expect(body.data).toMatchObject([{ campaignSlug: 'flyer', explicit: false, active: true }])
  })

  test('changes name and status, never the slug; nothing changed counts 0', async () => {
    const path = `${CAMPAIGNS}/${spring}`
    expect((await box.patch(path, { name: 'Spring', campaignSlug: 'other' })).body).toEqual({
      modifiedCount: 1,
    })
    expect((await box.patch(path, { name: 'Spring' })).body).toEqual({ modifiedCount: 0 })
    expect((await box.patch(path, {})).body).toEqual({ modifiedCount: 0 })
    expect((await box.get(path)).body).toMatchObject({ name: 'Spring', campaignSlug: 'spring' })
  })

  test('is found by status, slug, id, name and origin, sorted as asked', async () => {
    expect(await slugs('active=false')).toEqual(['summer'])
    expect(await slugs('campaignSlug=spring')).toEqual(['spring'])
    expect(await slugs(`campaignId=${spring}`)).toEqual(['spring'])
    expect(await slugs('nameLike=SPRI')).toEqual(['spring'])
    expect(await slugs('explicit=true&sort=name&order=DESC')).toEqual(['summer', 'spring'])
    expect(await slugs('explicit=true&sort=active')).toEqual(['summer', 'spring'])
    const { body } = await box.get(`${CAMPAIGNS}?limit=1&offset=1`)
    expect(body).toMatchObject({ count: 1, total: 3, offset: 1, limit: 1 })
  })

  test.each(['active=maybe', 'sort=slug', 'order=down'])('refuses ?%s', async (query) => {
    expect((await box.get(`${CAMPAIGNS}?${query}`)).status).toBe(400)
  })

  test.each([{}, { campaignSlug: 'x' }, { campaignSlug: 'x', name: 'X', active: 'yes' }])(
    'of %j is refused',
    async (body) => {
      expect((await box.post(CAMPAIGNS, body)).status).toBe(400)
    },
  )

  test('belongs to a Custom Ads integration that is there', async () => {
    expect((await box.get('~/custom-ads/nobody/campaigns')).status).toBe(404)
    expect((await box.get('~/custom-ads/demo-search/campaigns')).status).toBe(404)
    expect((await box.get(`${CAMPAIGNS}/spring`)).status).toBe(404)
  })
})

describe('an outlay', () => {
  const march = { amount: 64, startDate: '2026-03-01T00:00:00Z', endDate: '2026-03-31T00:00:00Z' }
  const path = () => `${CAMPAIGNS}/${spring}/outlays`
  const create = async (change: object = {}): Promise<string> =>
    (await box.post(path(), { ...march, ...change })).body.id

  test('is written as a number and read as an amount in the integration’s currency', async () => {
    const { status, body } = await box.post(path(), { ...march, country: 'FR' })
    expect(status).toBe(201)
    expect((await box.get(`${path()}/${body.id}`)).body).toEqual({
      ...{ _id: body.id, projectId: 'demo-shop', integrationId: expect.any(String), campaignId: spring },
      ...{ amount: { amount: 64, currency: 'EUR' }, startDate: '2026-03-01T00:00:00.000Z' },
      ...{ endDate: '2026-03-31T00:00:00.000Z', country: 'FR', region: null, deletedAt: null },
      ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
    })
  })

  test.each([
    [{ endDate: march.startDate }, /startDate must be less than endDate/],
    [{ amount: '64' }, /amount/],
    [{ startDate: 'March' }, /startDate/],
  ])('with %j is refused', async (change, message) => {
    const { status, body } = await box.post(path(), { ...march, ...change })
    expect(status).toBe(400)
    expect(body.message).toEqual([expect.stringMatching(message)])
  })

  test('changes, and counts 0 when nothing did', async () => {
    const id = await create()
    expect((await box.patch(`${path()}/${id}`, { amount: 65, region: 'IDF' })).body).toEqual({
      modifiedCount: 1,
    })
    expect((await box.patch(`${path()}/${id}`, { amount: 65 })).body).toEqual({ modifiedCount: 0 })
    expect((await box.patch(`${path()}/${id}`, { endDate: '2026-01-01T00:00:00Z' })).status).toBe(400)
    expect((await box.get(`${path()}/${id}`)).body).toMatchObject({ amount: { amount: 65 }, region: 'IDF' })
  })

  test('moves to another campaign of the integration', async () => {
    const { body: other } = await box.post(CAMPAIGNS, { campaignSlug: 'autumn', name: 'Autumn' })
    const id = await create()
    expect((await box.patch(`${path()}/${id}`, { campaignId: other.id })).body).toEqual({ modifiedCount: 1 })
    expect((await box.get(`${path()}/${id}`)).status).toBe(404)
    expect((await box.get(`${CAMPAIGNS}/${other.id}/outlays/${id}`)).status).toBe(200)
    expect((await box.patch(`${CAMPAIGNS}/${other.id}/outlays/${id}`, { campaignId: 'nobody' })).status).toBe(
      404,
    )
  })

  test('is listed between dates, sorted as asked', async () => {
    const { body: other } = await box.post(CAMPAIGNS, { campaignSlug: 'winter', name: 'Winter' })
    const list = `${CAMPAIGNS}/${other.id}/outlays`
    for (const [amount, month] of [
      [3, '01'],
      [1, '02'],
      [2, '03'],
    ]) {
      await box.post(list, {
        amount,
        startDate: `2026-${month}-01T00:00:00Z`,
        endDate: `2026-${month}-20T00:00:00Z`,
      })
    }
    const amounts = async (query: string) =>
      (await box.get(`${list}?${query}`)).body.data.map(
        ({ amount }: { amount: { amount: number } }) => amount.amount,
      )
    expect(await amounts('')).toEqual([3, 1, 2])
    expect(await amounts('sort=amount&order=DESC')).toEqual([3, 2, 1])
    expect(await amounts('since=2026-02-01T00:00:00Z')).toEqual([1, 2])
    expect(await amounts('until=2026-02-20T00:00:00Z')).toEqual([3, 1])
    expect((await box.get(`${list}?limit=2`)).body).toMatchObject({ count: 2, total: 3, offset: 0, limit: 2 })
  })
})
