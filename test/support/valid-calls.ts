import { ENDPOINTS, type Endpoint, type EndpointName } from '@wmkt/api'
import { sampleOf } from './sample.ts'
import { type Box, makeNonce } from './sandbox.ts'

/** A call of the API, by parts. */
export type Call = {
  readonly name: EndpointName
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: unknown
}

type Body = Readonly<Record<string, unknown>>

const AD = { wmktId: 'demo-store', cid: 'spring-fair' }
const MARCH = { startDate: '2026-03-01T00:00:00Z', endDate: '2026-03-31T00:00:00Z' }
const FIELD = { label: 'Note', entity: 'event-type', type: 'string', optional: true, discriminant: false }
const FIELDS = [{ ...FIELD, ingestionKey: 'note', storageKey: 'note_text', metadata: { from: 'shop' } }]

/** What of a body depends on what is there, or must be new each time; all else is the contract's own example. */
const fitting = (name: EndpointName): Body => {
  const fresh = makeNonce()
  const own: Partial<Record<EndpointName, Body>> = {
    createEvent: { nonce: fresh },
    createEventSync: { nonce: fresh },
    createEventType: { reference: fresh, fields: FIELDS },
    updateEventType: { fields: FIELDS },
    createField: { key: fresh },
    createCustomColumn: { key: fresh },
    createCampaign: { campaignSlug: fresh },
    createOutlay: MARCH,
    updateOutlay: { ...MARCH, campaignId: undefined },
    createOfflineInteraction: { nodeData: AD },
  }
  return own[name] ?? {}
}

const bodyOf = (name: EndpointName): unknown => {
  const { body }: Endpoint = ENDPOINTS[name]
  return body && { ...Object(sampleOf(body)), ...fitting(name) }
}

/** Makes one of each thing that a path can name; gives back what to put into the path of an endpoint. */
const makeThings = async (box: Box) => {
  const made = async (path: string, name: EndpointName) => (await box.post(path, bodyOf(name))).body
  const event = await made('/events/sync', 'createEventSync')
  const { userId } = (await box.get(`~/events/${event}`)).body
  const campaign = (await made('~/custom-ads/demo-store/campaigns', 'createCampaign')).id
  const outlay = (await made(`~/custom-ads/demo-store/campaigns/${campaign}/outlays`, 'createOutlay')).id
  const spare = async () => (await made('~/event-types', 'createEventType')).reference
  const [kept, changing, passing] = [await spare(), await spare(), await spare()]
  const column = (await made('~/custom-columns', 'createCustomColumn')).id
  const gone = (await made('~/custom-columns', 'createCustomColumn')).id
  const field = (await made('~/fields', 'createField'))._id
  return { event, userId, campaign, outlay, kept, changing, passing, column, gone, field }
}

/** Opens a source of calls that the API takes: every endpoint, by the contract's own examples. */
export const openValidCalls = async (box: Box): Promise<(name: EndpointName) => Call> => {
  const { event, userId, campaign, outlay, kept, changing, passing, column, gone, field } =
    await makeThings(box)
  const ids: Partial<Record<EndpointName, string>> = {
    ...{ getEvent: event, getRawEvent: event, updateState: event, updateStatistic: event },
    ...{ listUserMetrics: userId, listUserEvents: userId, deleteField: field },
    ...{ getCampaign: campaign, updateCampaign: campaign, getCustomColumn: column, deleteCustomColumn: gone },
  }
  const references: Partial<Record<EndpointName, string>> = {
    updateEventType: changing,
    deleteEventType: passing,
  }
  return (name) => {
    const { query }: Endpoint = ENDPOINTS[name]
    const params = {
      ...{ projectId: 'demo-shop', wmktId: 'demo-store', parentCampaignId: campaign, outlayId: outlay },
      ...{ id: ids[name] ?? '', reference: references[name] ?? kept },
      storageKey: name === 'updateState' ? 'qualified' : 'turnover',
    }
    return { name, params, query: query && sampleOf(query), body: bodyOf(name) }
  }
}
