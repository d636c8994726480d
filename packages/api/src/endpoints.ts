import { AGENTS } from './contract/agents.ts'
import { CAMPAIGNS } from './contract/campaigns.ts'
import { CUSTOM_COLUMNS } from './contract/custom-columns.ts'
import type { Endpoint } from './contract/endpoint.ts'
import { EVENT_TYPES } from './contract/event-types.ts'
import { EVENTS } from './contract/events.ts'
import { FIELDS } from './contract/fields.ts'
import { INSIGHTS } from './contract/insights.ts'
import { INTEGRATIONS } from './contract/integrations.ts'
import { INTERACTIONS } from './contract/interactions.ts'
import { METRICS } from './contract/metrics.ts'
import { OUTLAYS } from './contract/outlays.ts'
import { STATES_STATISTICS } from './contract/states-statistics.ts'
import { TRASH } from './contract/trash.ts'
import { USERS } from './contract/users.ts'
import type { EndpointName } from './paths.ts'

/** The contract: every endpoint of the upstream with its route, its schemas and where it is known from. */
export const ENDPOINTS = {
  ...EVENTS,
  ...TRASH,
  ...INSIGHTS,
  ...STATES_STATISTICS,
  ...METRICS,
  ...EVENT_TYPES,
  ...FIELDS,
  ...USERS,
  ...CAMPAIGNS,
  ...OUTLAYS,
  ...INTERACTIONS,
  ...INTEGRATIONS,
  ...CUSTOM_COLUMNS,
  ...AGENTS,
} satisfies Record<EndpointName, Endpoint>
