import type { EndpointName } from '@wmkt/api'
import { createCampaign, getCampaign, listCampaigns, updateCampaign } from './custom-ads/campaigns.ts'
import { createOutlay, updateOutlay } from './custom-ads/outlay-writes.ts'
import { getOutlay, listOutlays } from './custom-ads/outlays.ts'
import { createColumnRoutes } from './custom-columns/columns.ts'
import { listEventTypes } from './event-types/list.ts'
import { getEventType } from './event-types/read.ts'
import { createEventType, deleteEventType, updateEventType } from './event-types/write.ts'
import { createEvent, createEventSync } from './events/create.ts'
import { getEvent, getRawEvent } from './events/read.ts'
import { listFields } from './fields/read.ts'
import { createField, deleteField } from './fields/write.ts'
import type { Handlers } from './http/call.ts'
import type { Ingestion } from './ingest/ingestion.ts'
import { queryInsights } from './insights/query.ts'
import { getIntegration, listIntegrations } from './integrations/read.ts'
import { createOfflineInteraction, type Interaction } from './interactions/create.ts'
import type { Lane } from './lane.ts'
import { listUserMetrics } from './metrics/list.ts'
import { upsertMetric } from './metrics/upsert.ts'
import type { AssertProject } from './projects/find.ts'
import { createProjectRoutes } from './projects/routes.ts'
import type { Settings } from './settings.ts'
import type { Database } from './storage/database.ts'
import { listTrashedEvents } from './trash/list.ts'
import { listUserEvents } from './users/events.ts'
import { searchUsers } from './users/search.ts'

export type HandlerParts = {
  readonly db: Database
  readonly lane: Lane
  readonly settings: Settings
  readonly ingestion: Ingestion
  readonly assertProject: AssertProject
  readonly now: () => number
  heard(interaction: Interaction): void
}

/** The whole contract, endpoint by endpoint: one that is missing here does not compile. */
export const createHandlers = (parts: HandlerParts): Handlers<EndpointName> => {
  const { db, settings } = parts
  return {
    createEvent: createEvent(parts),
    createEventSync: createEventSync(parts),
    getEvent: getEvent(db),
    getRawEvent: getRawEvent(db),
    listTrashedEvents: listTrashedEvents(db, settings),
    queryInsights: queryInsights(db, settings),
    updateState: upsertMetric(parts, 'state'),
    updateStatistic: upsertMetric(parts, 'statistic'),
    listUserMetrics: listUserMetrics(db, settings),
    listUserEvents: listUserEvents(db, settings),
    searchUsers: searchUsers(db),
    listEventTypes: listEventTypes(db),
    createEventType: createEventType(parts),
    getEventType: getEventType(db),
    updateEventType: updateEventType(parts),
    deleteEventType: deleteEventType(parts),
    listCampaigns: listCampaigns(db),
    createCampaign: createCampaign(parts),
    getCampaign: getCampaign(db),
    updateCampaign: updateCampaign(parts),
    listOutlays: listOutlays(parts),
    createOutlay: createOutlay(parts),
    getOutlay: getOutlay(parts),
    updateOutlay: updateOutlay(parts),
    createOfflineInteraction: createOfflineInteraction(parts),
    listFields: listFields(db),
    listUserFields: listFields(db, 'user'),
    listStateFields: listFields(db, 'state'),
    listStatisticFields: listFields(db, 'statistic'),
    createField: createField(parts),
    deleteField: deleteField(parts),
    listIntegrations: listIntegrations(db),
    getIntegration: getIntegration(db),
    ...createColumnRoutes(parts),
    ...createProjectRoutes(db),
  }
}
