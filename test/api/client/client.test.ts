import { ENDPOINTS, type Endpoint, type EndpointName, pathOf } from '@wmkt/api'
import { type ApiClient, createClient } from '@wmkt/api/client'
import { describe, expect, test } from 'vitest'
import { json } from '../local-server.ts'
import { clientOn, makeTokens, rejectionOf } from './client-on.ts'

const ID = '0d9c2c4e-5f0b-4c39-9f0e-7f3f4a1f6f10'
const DATES = { startDate: '2026-03-01T00:00:00Z', endDate: '2026-04-01T00:00:00Z' }
const EVENT = { eventType: 'contact-form', nonce: 'n-1', data: { email: 'ada@example.org' } }
const METRICS = { metrics: ['event-count'], groupBy: 'project', interval: 'day' } as const
const CAMPAIGN = { wmktId: 'w', parentCampaignId: 'c' }
const FIELD = { entity: 'user', key: 'email', label: 'Email', type: 'email' } as const
const COLUMN = { key: 'cpl', name: 'Cost per lead', format: 'currency' as const, symbols: [] }
const EMPTY_PAGE = { data: [], count: 0, total: 0, offset: 0, limit: 50 }
const COMPUTED = {
  _id: ID,
  projectId: 'demo-shop',
  eventDate: 'x',
  eventType: 'y',
  event: {},
  user: {},
  metrics: [],
  createdAt: 'x',
  updatedAt: 'x',
}
const RAW = { _id: ID, projectId: 'demo-shop', eventType: 'y', createdAt: '2004-09-22 14:15:00Z', data: {} }
const TYPE = { _id: 't', projectId: 'demo-shop', reference: 'r', name: 'R', fields: [] }
const OUTLAY = { _id: 'o', amount: { amount: 3, currency: 'EUR' }, ...DATES }

type Case = { call: (client: ApiClient) => Promise<unknown>; answer: unknown; body?: unknown; query?: string }

/** One call of every method: what it takes, what it sends, what it answers. */
const CASES: Record<EndpointName, Case> = {
  createEvent: { call: (c) => c.createEvent(EVENT), answer: ID, body: { projectId: 'demo-shop', ...EVENT } },
  createEventSync: {
    call: (c) => c.createEventSync(EVENT),
    answer: ID,
    body: { projectId: 'demo-shop', ...EVENT },
  },
  getRawEvent: { call: (c) => c.getRawEvent({ id: ID }), answer: RAW },
  listTrashedEvents: {
    call: (c) => c.listTrashedEvents({ since: DATES.startDate, limit: 5 }),
    answer: { count: 1, total: 36, data: [{ errors: ['bad', { field: 'email' }] }] },
    query: 'since=2026-03-01T00%3A00%3A00Z&limit=5',
  },
  queryInsights: {
    call: (c) =>
      c.queryInsights({ since: DATES.startDate, until: DATES.endDate, ...METRICS, metrics: ['event-count'] }),
    answer: [{ date: '2026-03-01', metrics: { 'event-count': 2 } }],
    body: { since: DATES.startDate, until: DATES.endDate, ...METRICS },
  },
  updateState: {
    call: (c) => c.updateState({ id: ID, storageKey: 'qualified', value: 1 }),
    answer: { any: 'thing' },
    body: { value: 1 },
  },
  updateStatistic: {
    call: (c) => c.updateStatistic({ id: ID, storageKey: 'turnover', value: 9.5, date: DATES.startDate }),
    answer: undefined,
    body: { value: 9.5, date: DATES.startDate },
  },
  getEvent: { call: (c) => c.getEvent({ id: ID }), answer: COMPUTED },
  listUserMetrics: {
    call: (c) => c.listUserMetrics({ id: 'u', type: 'state', sort: 'metricDate', order: 'DESC' }),
    answer: { ...EMPTY_PAGE, data: [{ type: 'state', data: { value: 1 } }] },
    query: 'type=state&sort=metricDate&order=DESC',
  },
  listEventTypes: {
    call: (c) => c.listEventTypes({ archived: false, sort: '-createdAt,name' }),
    answer: { ...EMPTY_PAGE, data: [TYPE] },
    query: 'archived=false&sort=-createdAt%2Cname',
  },
  createEventType: {
    call: (c) => c.createEventType({ reference: 'r', name: 'R', fields: [] }),
    answer: TYPE,
    body: { reference: 'r', name: 'R', fields: [] },
  },
  getEventType: { call: (c) => c.getEventType({ reference: 'r' }), answer: TYPE },
  updateEventType: {
    call: (c) => c.updateEventType({ reference: 'r', name: 'S' }),
    answer: TYPE,
    body: { name: 'S' },
  },
  deleteEventType: { call: (c) => c.deleteEventType({ reference: 'r' }), answer: undefined },
  listCampaigns: {
    call: (c) => c.listCampaigns({ wmktId: 'w', nameLike: 'spring', active: true }),
    answer: { ...EMPTY_PAGE, data: [{ id: 'c' }] },
    query: 'nameLike=spring&active=true',
  },
  createCampaign: {
    call: (c) => c.createCampaign({ wmktId: 'w', campaignSlug: 's', name: 'S' }),
    answer: { id: 'c' },
    body: { campaignSlug: 's', name: 'S' },
  },
  getCampaign: { call: (c) => c.getCampaign({ wmktId: 'w', id: 'c' }), answer: { id: 'c', explicit: true } },
  updateCampaign: {
    call: (c) => c.updateCampaign({ wmktId: 'w', id: 'c', active: false }),
    answer: { modifiedCount: 1 },
    body: { active: false },
  },
  listOutlays: {
    call: (c) => c.listOutlays({ ...CAMPAIGN, sort: 'amount' }),
    answer: { ...EMPTY_PAGE, data: [OUTLAY] },
    query: 'sort=amount',
  },
  createOutlay: {
    call: (c) => c.createOutlay({ ...CAMPAIGN, amount: 3, ...DATES }),
    answer: { id: 'o' },
    body: { amount: 3, ...DATES },
  },
  getOutlay: { call: (c) => c.getOutlay({ ...CAMPAIGN, outlayId: 'o' }), answer: OUTLAY },
  updateOutlay: {
    call: (c) => c.updateOutlay({ ...CAMPAIGN, outlayId: 'o', campaignId: 'd' }),
    answer: { modifiedCount: 0 },
    body: { campaignId: 'd' },
  },
  createOfflineInteraction: {
    call: (c) =>
      c.createOfflineInteraction({ userData: { email: 'a@b.c' }, nodeData: { wmktId: 'w', cid: 'x' } }),
    answer: undefined,
    body: { userData: { email: 'a@b.c' }, nodeData: { wmktId: 'w', cid: 'x' } },
  },
  listUserEvents: {
    call: (c) => c.listUserEvents({ id: 'u', offset: 20 }),
    answer: { ...EMPTY_PAGE, data: [COMPUTED] },
    query: 'offset=20',
  },
  searchUsers: {
    call: (c) => c.searchUsers({ fields: ['email'], order: 'ASC' }),
    answer: { ...EMPTY_PAGE, data: [{ _id: 'u', fields: [{ field: 'email', values: ['a@b.c'] }] }] },
    body: { fields: ['email'], order: 'ASC' },
  },
  listFields: { call: (c) => c.listFields(), answer: [{ _id: 'f', ...FIELD }] },
  listUserFields: { call: (c) => c.listUserFields(), answer: [] },
  listStateFields: { call: (c) => c.listStateFields({}), answer: [] },
  listStatisticFields: { call: (c) => c.listStatisticFields(), answer: [] },
  createField: { call: (c) => c.createField(FIELD), answer: { _id: 'f' }, body: FIELD },
  deleteField: { call: (c) => c.deleteField({ id: 'f' }), answer: undefined },
  listIntegrations: {
    call: (c) => c.listIntegrations({ limit: 1 }),
    answer: { ...EMPTY_PAGE, data: [{ _id: 'i', wmktId: 'w' }] },
    query: 'limit=1',
  },
  getIntegration: { call: (c) => c.getIntegration({ wmktId: 'w' }), answer: { _id: 'i', wmktId: 'w' } },
  listCustomColumns: { call: (c) => c.listCustomColumns(), answer: [{ id: 'x', format: 'percent' }] },
  createCustomColumn: { call: (c) => c.createCustomColumn(COLUMN), answer: { id: 'x' }, body: COLUMN },
  getCustomColumn: { call: (c) => c.getCustomColumn({ id: 'x' }), answer: { id: 'x' } },
  deleteCustomColumn: { call: (c) => c.deleteCustomColumn({ id: 'x' }), answer: undefined },
  getProject: { call: (c) => c.getProject(), answer: { id: 'demo-shop', retentionDurationInDays: null } },
  getMe: { call: (c) => c.getMe(), answer: { id: 'robot', picture: null } },
  listMyProjects: { call: (c) => c.listMyProjects(), answer: [{ id: 'demo-shop' }] },
  listMyWorkspaces: { call: (c) => c.listMyWorkspaces(), answer: [{ id: 'ws' }] },
}

/** Values for the path parameters as the cases give them. */
const PARAMS: Partial<Record<EndpointName, Record<string, string>>> = {
  getRawEvent: { id: ID },
  getEvent: { id: ID },
  updateState: { id: ID, storageKey: 'qualified' },
  updateStatistic: { id: ID, storageKey: 'turnover' },
  getCustomColumn: { id: 'x' },
  deleteCustomColumn: { id: 'x' },
  deleteField: { id: 'f' },
  getCampaign: { id: 'c' },
  updateCampaign: { id: 'c' },
}
const COMMON = {
  projectId: 'demo-shop',
  id: 'u',
  wmktId: 'w',
  reference: 'r',
  parentCampaignId: 'c',
  outlayId: 'o',
}

const endpointOf = (name: EndpointName): Endpoint => ENDPOINTS[name]
const names = Object.keys(CASES) as EndpointName[]

describe('each endpoint has a method', () => {
  test('and each method an endpoint, but for the walks', async () => {
    const { client } = await clientOn(json(200, {}))
    const methods = Object.keys(client).filter((name) => !name.startsWith('each'))
    expect(methods.sort()).toEqual(Object.keys(ENDPOINTS).sort())
  })

  test.each(names)('%s sends what the contract says and reads the answer', async (name) => {
    const { call, answer, body, query } = CASES[name]
    const { client, server } = await clientOn((seen, res) =>
      answer === undefined ? res.writeHead(200).end() : json(200, answer)(seen, res),
    )
    expect(await call(client)).toEqual(answer)

    const [seen] = server.seen
    expect(seen?.method).toBe(endpointOf(name).method)
    expect(seen?.path).toBe(`/api/v1${pathOf(name, { ...COMMON, ...PARAMS[name] })}`)
    expect(seen?.headers.authorization).toBe('Bearer token-1')
    expect(String(seen?.query)).toBe(query ?? '')
    expect(seen?.body === '' ? undefined : JSON.parse(seen?.body ?? '')).toEqual(body)
    expect(seen?.headers['content-type']).toBe(body === undefined ? undefined : 'application/json')
  })
})

describe('the input', () => {
  test('may name another project', async () => {
    const { client, server } = await clientOn(json(200, { id: 'other-shop' }))
    await client.getProject({ projectId: 'other-shop' })
    expect(server.seen[0]?.path).toBe('/api/v1/projects/other-shop')
  })

  test('that does not fit is refused before anything is sent, without its value in the message', async () => {
    const { client, server } = await clientOn(json(200, ID))
    const error = await rejectionOf(client.createEvent({ ...EVENT, eventDate: 'ada@example.org' }))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain('/eventDate')
    expect(String(error)).not.toContain('ada@')
    expect(server.seen).toHaveLength(0)
  })

  test('without a project, where none is set, is refused', async () => {
    const { tokens } = makeTokens()
    const client = createClient({ apiUrl: 'http://127.0.0.1:9/api', tokens })
    expect(String(await rejectionOf(client.getProject()))).toContain('getProject: /projectId')
  })

  test('is checked by the compiler too', async () => {
    const { client } = await clientOn(json(200, {}))
    const wrong = () => [
      // @ts-expect-error an id is mandatory
      client.getEvent({}),
      // @ts-expect-error a state is 0 or 1
      client.updateState({ id: ID, storageKey: 'x', value: 2 }),
      // @ts-expect-error a nonce is mandatory
      client.createEvent({ eventType: 'x', data: {} }),
      // @ts-expect-error there is no such filter
      client.listEventTypes({ colour: 'red' }),
    ]
    expect(wrong).toBeTypeOf('function')
  })

  test('undefined members are left out', async () => {
    const { client, server } = await clientOn(json(200, EMPTY_PAGE))
    const search: { search?: string } = JSON.parse('{}')
    await client.listEventTypes({ ...search, archived: true })
    expect(String(server.seen[0]?.query)).toBe('archived=true')
  })
})

describe('the address', () => {
  test('an overridden path is where the call goes', async () => {
    const paths = { getRawEvent: '/projects/{projectId}/events/{id}/raw' }
    const { client, server } = await clientOn(json(200, RAW), { paths })
    await client.getRawEvent({ id: ID })
    expect(server.seen[0]?.path).toBe(`/api/v1/projects/demo-shop/events/${ID}/raw`)
  })

  test.each([
    'ftp://api.test',
    'http://api.test/api',
    'https://user:pw@api.test',
    'https://api.test?x=1',
    'api',
  ])('%s is refused at construction', (apiUrl) => {
    expect(() => createClient({ apiUrl, tokens: makeTokens().tokens })).toThrow(/^apiUrl: expected/)
  })
})
