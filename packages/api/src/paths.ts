/** How sure we are of a path: read in the official SDK or reference, or our best guess (docs/upstream.md). */
export type Provenance = 'attested' | 'inferred'

/** Where an endpoint lives: method, path template relative to the base URL, and how sure we are of it. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly provenance: Provenance
}

const at = (method: Route['method'], path: string, provenance: Provenance = 'attested'): Route => ({
  method,
  path,
  provenance,
})

const PROJECT = '/projects/{projectId}'
const CAMPAIGNS = `${PROJECT}/custom-ads/{wmktId}/campaigns`
const OUTLAYS = `${CAMPAIGNS}/{parentCampaignId}/outlays`

/** Every endpoint of the upstream, relative to its base URL (`…/api/v1`). The one place where a path is written. */
export const ROUTES = {
  createEvent: at('POST', '/events'),
  createEventSync: at('POST', '/events/sync'),
  getRawEvent: at('GET', `${PROJECT}/raw-events/{id}`, 'inferred'),
  listTrashedEvents: at('GET', `${PROJECT}/trashed-events`, 'inferred'),
  queryInsights: at('POST', `${PROJECT}/events/insights`, 'inferred'),
  updateState: at('PATCH', `${PROJECT}/events/{id}/states/{storageKey}`),
  updateStatistic: at('PATCH', `${PROJECT}/events/{id}/statistics/{storageKey}`),
  getEvent: at('GET', `${PROJECT}/events/{id}`),
  listUserMetrics: at('GET', `${PROJECT}/users/{id}/metrics`, 'inferred'),
  listEventTypes: at('GET', `${PROJECT}/event-types`),
  createEventType: at('POST', `${PROJECT}/event-types`),
  getEventType: at('GET', `${PROJECT}/event-types/{reference}`),
  updateEventType: at('PATCH', `${PROJECT}/event-types/{reference}`),
  deleteEventType: at('DELETE', `${PROJECT}/event-types/{reference}`),
  listCampaigns: at('GET', CAMPAIGNS, 'inferred'),
  createCampaign: at('POST', CAMPAIGNS, 'inferred'),
  getCampaign: at('GET', `${CAMPAIGNS}/{id}`, 'inferred'),
  updateCampaign: at('PATCH', `${CAMPAIGNS}/{id}`, 'inferred'),
  listOutlays: at('GET', OUTLAYS, 'inferred'),
  createOutlay: at('POST', OUTLAYS, 'inferred'),
  getOutlay: at('GET', `${OUTLAYS}/{outlayId}`, 'inferred'),
  updateOutlay: at('PATCH', `${OUTLAYS}/{outlayId}`, 'inferred'),
  createOfflineInteraction: at('POST', `${PROJECT}/interactions/offline`),
  listUserEvents: at('GET', `${PROJECT}/users/{id}/events`),
  searchUsers: at('POST', `${PROJECT}/users/search`),
  listFields: at('GET', `${PROJECT}/fields`),
  listUserFields: at('GET', `${PROJECT}/user-fields`),
  listStateFields: at('GET', `${PROJECT}/state-fields`),
  listStatisticFields: at('GET', `${PROJECT}/statistic-fields`),
  createField: at('POST', `${PROJECT}/fields`),
  deleteField: at('DELETE', `${PROJECT}/fields/{id}`),
  listIntegrations: at('GET', `${PROJECT}/integrations`),
  getIntegration: at('GET', `${PROJECT}/integrations/{wmktId}`),
  listCustomColumns: at('GET', `${PROJECT}/custom-columns`),
  createCustomColumn: at('POST', `${PROJECT}/custom-columns`),
  getCustomColumn: at('GET', `${PROJECT}/custom-columns/{id}`),
  deleteCustomColumn: at('DELETE', `${PROJECT}/custom-columns/{id}`),
  getProject: at('GET', PROJECT),
  getMe: at('GET', '/agents/me'),
  listMyProjects: at('GET', '/agents/me/projects'),
  listMyWorkspaces: at('GET', '/agents/me/workspaces'),
} as const satisfies Record<string, Route>

export type EndpointName = keyof typeof ROUTES

/** Other paths for some endpoints, by name: what `WMKT_API_PATHS` holds when a guess was wrong. */
export type PathOverrides = Partial<Record<EndpointName, string>>

/**
 * The path of an endpoint with its parameters filled in and percent-encoded.
 *
 * @throws TypeError when a parameter of the path is missing, or is empty or dots, which would lead to another path
 */
export const pathOf = (
  name: EndpointName,
  params: Readonly<Record<string, string>> = {},
  overrides: PathOverrides = {},
): string =>
  (overrides[name] ?? ROUTES[name].path).replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = params[key]
    if (value === undefined) throw new TypeError(`${name}: path parameter ${key} is missing`)
    if (/^\.{0,2}$/.test(value)) throw new TypeError(`${name}: path parameter ${key} is empty or dots`)
    return encodeURIComponent(value)
  })
