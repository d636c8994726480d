import { ENDPOINTS, type EndpointName, flawsOf, pathOf } from '@wmkt/api'
import { expect, test } from 'vitest'
import { makeNonce, useBox } from '../support/sandbox.ts'

const box = useBox()

const seen = new Set<string>()

/** Calls an endpoint by its contract name; the answer must be a success that fits the contract's schema. */
const ask = async (name: EndpointName, params: Record<string, string> = {}, body?: unknown) => {
  const { method, response } = ENDPOINTS[name]
  const answer = await box.call(method, pathOf(name, { projectId: 'demo-shop', ...params }), body)
  expect([name, answer.status, flawsOf(response, answer.body)]).toEqual([
    name,
    expect.toSatisfy((status) => [200, 201].includes(status)),
    [],
  ])
  seen.add(name)
  return answer.body
}

const event = (data: object, eventType = 'purchase') => ({
  projectId: 'demo-shop',
  eventType,
  nonce: makeNonce(),
  data,
})

const field = {
  label: 'Note',
  entity: 'event-type',
  type: 'string',
  ingestionKey: 'note',
  storageKey: 'note_text',
}

test('every endpoint of the contract answers in the contract’s shape, and the sandbox has no other', async () => {
  const id = await ask('createEventSync', {}, event({ order_id: '1', email: 'all@shop.test', amount: 5 }))
  const trashed = event({}, 'newsletter')
  await ask('createEvent', {}, trashed)
  await box.sandbox.waitForEvent({ nonce: trashed.nonce, status: 'trashed' })
  const { userId } = await ask('getEvent', { id })
  await ask('getRawEvent', { id })
  await ask('listTrashedEvents')
  await ask(
    'queryInsights',
    {},
    {
      ...{
        since: '2020-01-01T00:00:00Z',
        until: '2099-01-01T00:00:00Z',
        metrics: ['event-count', 'turnover'],
      },
      ...{ groupBy: 'event-type', interval: 'month' },
    },
  )
  await ask('updateState', { id, storageKey: 'converted' }, { value: 1 })
  await ask('updateStatistic', { id, storageKey: 'turnover' }, { value: 9 })
  await ask('listUserMetrics', { id: userId })
  await ask('listUserEvents', { id: userId })
  await ask('searchUsers', {}, { fields: [], order: 'ASC', sort: 'lastname', filters: null })

  await ask('createEventType', {}, { reference: 'note', name: 'Note', fields: [field] })
  await ask('listEventTypes')
  await ask('getEventType', { reference: 'note' })
  await ask('updateEventType', { reference: 'note' }, { name: 'Notes' })
  await ask('deleteEventType', { reference: 'note' })

  const made = await ask(
    'createField',
    {},
    { entity: 'user', key: 'company', label: 'Company', type: 'string' },
  )
  for (const name of ['listFields', 'listUserFields', 'listStateFields', 'listStatisticFields'] as const)
    await ask(name)
  await ask('deleteField', { id: made._id })

  const wmktId = 'demo-store'
  await ask('listIntegrations')
  await ask('getIntegration', { wmktId })
  const { id: campaign } = await ask('createCampaign', { wmktId }, { campaignSlug: 'spring', name: 'Spring' })
  await ask('listCampaigns', { wmktId })
  await ask('getCampaign', { wmktId, id: campaign })
  await ask('updateCampaign', { wmktId, id: campaign }, { active: false })
  const parent = { wmktId, parentCampaignId: campaign }
  const march = { amount: 64, startDate: '2026-03-01T00:00:00Z', endDate: '2026-03-31T00:00:00Z' }
  const { id: outlayId } = await ask('createOutlay', parent, march)
  await ask('listOutlays', parent)
  await ask('getOutlay', { ...parent, outlayId })
  await ask('updateOutlay', { ...parent, outlayId }, { amount: 65 })
  await ask('createOfflineInteraction', {}, { userData: { email: 'all@shop.test' }, nodeData: { wmktId } })

  const column = await ask(
    'createCustomColumn',
    {},
    { key: 'roi', name: 'ROI', format: 'percent', symbols: [] },
  )
  await ask('listCustomColumns')
  await ask('getCustomColumn', { id: column.id })
  await ask('deleteCustomColumn', { id: column.id })
  for (const name of ['getProject', 'getMe', 'listMyProjects', 'listMyWorkspaces'] as const) await ask(name)

  expect([...seen].sort()).toEqual(Object.keys(ENDPOINTS).sort())
})

test('a refusal is in the contract’s shape, at each endpoint that needs a token', async () => {
  for (const [name, { method, path }] of Object.entries(ENDPOINTS)) {
    const response = await fetch(
      `${box.sandbox.api}${path.replace(/\{projectId\}/, 'demo-shop').replace(/[{}]/g, '')}`,
      { method },
    )
    expect([name, response.status, await response.json()]).toEqual([
      name,
      401,
      { statusCode: 401, message: 'Unauthorized' },
    ])
  }
})
