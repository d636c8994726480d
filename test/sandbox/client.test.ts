import { ENDPOINTS } from '@wmkt/api'
import { type ApiClient, createClient, createServiceAccountTokens } from '@wmkt/api/client'
import { expect, test } from 'vitest'
import { makeNonce, useBox } from '../support/sandbox.ts'

const box = useBox()

/** The client a user has, with a service account's tokens; `called` holds the names of the methods that resolved. */
const openClient = () => {
  const { api: apiUrl, oauth: oauthUrl, credentials: keyFile, projectId } = box.sandbox
  const tokens = createServiceAccountTokens({ keyFile, oauthUrl })
  const called = new Set<string>()
  const client: ApiClient = new Proxy(createClient({ apiUrl, projectId, tokens }), {
    get: (target, name, receiver) => {
      called.add(String(name))
      return Reflect.get(target, name, receiver)
    },
  })
  return { client, called, stop: () => tokens.stop() }
}

const allOf = async <T>(items: AsyncGenerator<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const MARCH = { startDate: '2026-03-01T00:00:00Z', endDate: '2026-03-31T00:00:00Z' }

test('each method of the client is answered by the sandbox as the contract says, and no endpoint is left out', async () => {
  const { client, called, stop } = openClient()
  const data = { order_id: '1', email: 'all@shop.test', amount: 5 }
  const id = await client.createEventSync({ eventType: 'purchase', nonce: makeNonce(), data })
  const bad = makeNonce()
  await client.createEvent({ eventType: 'newsletter', nonce: bad, data: {} })
  await box.sandbox.waitForEvent({ nonce: bad, status: 'trashed' })
  const userId = String((await client.getEvent({ id })).userId)
  expect((await client.getRawEvent({ id })).data).toEqual(data)
  expect((await client.listTrashedEvents()).total).toBe(1)
  expect((await allOf(client.eachTrashedEvent())).map(({ nonce }) => nonce)).toEqual([bad])
  const insights = await client.queryInsights({
    ...{ since: '2020-01-01T00:00:00Z', until: '2099-01-01T00:00:00Z' },
    ...{ metrics: ['event-count', 'turnover'], groupBy: 'project', interval: 'year' },
  })
  expect(insights.map(({ metrics }) => metrics)).toEqual([{ 'event-count': 1, turnover: 5 }])
  await client.updateState({ id, storageKey: 'converted', value: 1 })
  await client.updateStatistic({ id, storageKey: 'turnover', value: 9 })
  expect((await client.listUserMetrics({ id: userId })).total).toBe(2)
  expect(await allOf(client.eachUserMetric({ id: userId, limit: 1 }))).toHaveLength(2)
  expect((await client.listUserEvents({ id: userId })).total).toBe(1)
  expect(await allOf(client.eachUserEvent({ id: userId }))).toHaveLength(1)
  expect((await client.searchUsers({ fields: ['email'] })).total).toBe(1)
  expect(await allOf(client.eachUser({ fields: [] }))).toHaveLength(1)

  const reference = 'note'
  await client.createEventType({ reference, name: 'Note', fields: [] })
  expect((await client.getEventType({ reference })).name).toBe('Note')
  await client.updateEventType({ reference, name: 'Notes' })
  expect((await client.listEventTypes({ archived: false })).total).toBe(6)
  expect(await allOf(client.eachEventType({ limit: 4 }))).toHaveLength(6)
  await client.deleteEventType({ reference })

  const field = { entity: 'user', key: 'company', label: 'Company', type: 'string' } as const
  await client.createField(field)
  const created = (await client.listFields()).find(({ key }) => key === 'company')
  const keysOf = (fields: { key: string }[]) => fields.map(({ key }) => key)
  expect(keysOf(await client.listUserFields())).toContain('company')
  expect(keysOf(await client.listStateFields())).toContain('converted')
  expect(keysOf(await client.listStatisticFields())).toContain('turnover')
  await client.deleteField({ id: String(created?._id) })
  expect(keysOf(await client.listFields())).not.toContain('company')

  const wmktId = 'demo-store'
  expect((await client.listIntegrations()).total).toBe(2)
  expect(await allOf(client.eachIntegration({ limit: 1 }))).toHaveLength(2)
  expect((await client.getIntegration({ wmktId })).wmktId).toBe(wmktId)
  const { id: campaign } = await client.createCampaign({ wmktId, campaignSlug: 'spring', name: 'Spring' })
  await client.updateCampaign({ wmktId, id: campaign, active: false })
  expect((await client.getCampaign({ wmktId, id: campaign })).active).toBe(false)
  expect((await client.listCampaigns({ wmktId })).total).toBe(1)
  expect(await allOf(client.eachCampaign({ wmktId }))).toHaveLength(1)
  const parent = { wmktId, parentCampaignId: campaign }
  const { id: outlayId } = await client.createOutlay({ ...parent, amount: 64, ...MARCH })
  expect(await client.updateOutlay({ ...parent, outlayId, amount: 65 })).toEqual({ modifiedCount: 1 })
  expect(await client.getOutlay({ ...parent, outlayId })).toMatchObject({ amount: { amount: 65 } })
  expect((await client.listOutlays(parent)).total).toBe(1)
  expect(await allOf(client.eachOutlay(parent))).toHaveLength(1)
  await client.createOfflineInteraction({ userData: { email: 'all@shop.test' }, nodeData: { wmktId } })

  const column = { key: 'roi', name: 'ROI', format: 'percent', symbols: [] } as const
  await client.createCustomColumn({ ...column, symbols: [] })
  const [made] = await client.listCustomColumns()
  const columnId = String(made?.id)
  expect((await client.getCustomColumn({ id: columnId })).name).toBe('ROI')
  await client.deleteCustomColumn({ id: columnId })
  expect((await client.getProject()).id).toBe('demo-shop')
  expect((await client.getMe()).id).toEqual(expect.any(String))
  expect(await client.listMyProjects()).toHaveLength(1)
  expect(await client.listMyWorkspaces()).toHaveLength(1)

  stop()
  expect([...called].sort()).toEqual(Object.keys(client).sort())
  expect([...called]).toEqual(expect.arrayContaining(Object.keys(ENDPOINTS)))
})
