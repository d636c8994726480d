export * from './contract/agents.ts'
export * from './contract/campaigns.ts'
export * from './contract/custom-columns.ts'
export type { Area, Endpoint, Operation } from './contract/endpoint.ts'
export * from './contract/event-type-field.ts'
export * from './contract/event-types.ts'
export * from './contract/events.ts'
export * from './contract/field-type.ts'
export * from './contract/fields.ts'
export { DateTime, EventId, ProjectId } from './contract/identifiers.ts'
export * from './contract/insights.ts'
export * from './contract/integrations.ts'
export * from './contract/interactions.ts'
export { Metric } from './contract/metric.ts'
export * from './contract/outlays.ts'
export { type Page, pageOf } from './contract/page.ts'
export { RefusalBody } from './contract/refusal.ts'
export * from './contract/states-statistics.ts'
export * from './contract/trash.ts'
export * from './contract/users.ts'
export { ENDPOINTS } from './endpoints.ts'
export { type OpenApiDocument, openApiDocument } from './openapi.ts'
export { type ParsedPathOverrides, parsePathOverrides } from './path-overrides.ts'
export {
  type EndpointName,
  type PathOverrides,
  type Provenance,
  pathOf,
  ROUTES,
  type Route,
} from './paths.ts'
export { fits, flawsOf } from './schema-check.ts'
