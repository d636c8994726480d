import type { Dispatcher } from 'undici'
import type { PathOverrides } from '../paths.ts'
import { resolveBaseUrl } from './base-url.ts'
import { type CallSettings, createCall } from './call.ts'
import { methodsOver } from './method.ts'
import { type AgentMethods, agentMethods } from './methods/agent-methods.ts'
import { type CustomAdsMethods, customAdsMethods } from './methods/custom-ads-methods.ts'
import { type CustomColumnMethods, customColumnMethods } from './methods/custom-column-methods.ts'
import { type EventMethods, eventMethods } from './methods/event-methods.ts'
import { type EventTypeMethods, eventTypeMethods } from './methods/event-type-methods.ts'
import { type FieldMethods, fieldMethods } from './methods/field-methods.ts'
import { type InsightsMethods, insightsMethods } from './methods/insights-methods.ts'
import { type IntegrationMethods, integrationMethods } from './methods/integration-methods.ts'
import { type InteractionMethods, interactionMethods } from './methods/interaction-methods.ts'
import { type MetricMethods, metricMethods } from './methods/metric-methods.ts'
import { type TrashMethods, trashMethods } from './methods/trash-methods.ts'
import { type UserMethods, userMethods } from './methods/user-methods.ts'
import { type Walks, walksOver } from './pages.ts'
import type { TokenSource } from './tokens.ts'
import { createTransport } from './transport.ts'

export type ClientOptions = {
  /** The upstream's base, such as `https://api.webmarketer.io/api/v1`; https unless loopback. */
  readonly apiUrl: string
  /** Where access tokens come from. The client does not stop it. */
  readonly tokens: TokenSource
  /** Fills in `projectId` wherever a call leaves it out. */
  readonly projectId?: string
  /** Other paths than the contract's, by endpoint; see `parsePathOverrides`. */
  readonly paths?: PathOverrides
  /** The longest a call may take, attempts and pauses together, in ms. @default 30000 */
  readonly deadlineMs?: number
  /** The longest one attempt may take, in ms. @default 10000 */
  readonly attemptMs?: number
  /** Attempts of a call that may be repeated, the first included. @default 4 */
  readonly attempts?: number
  /** undici's pool or agent. @default undici's global one */
  readonly dispatcher?: Dispatcher
  /** Epoch ms. @default Date.now */
  readonly now?: () => number
  /** In [0, 1). @default Math.random */
  readonly random?: () => number
}

/** Every endpoint as a method, and every list as a walk over all its items. */
export type ApiClient = EventMethods &
  TrashMethods &
  InsightsMethods &
  MetricMethods &
  EventTypeMethods &
  FieldMethods &
  UserMethods &
  CustomAdsMethods &
  InteractionMethods &
  IntegrationMethods &
  CustomColumnMethods &
  AgentMethods &
  Walks

const settingsOf = (options: ClientOptions): CallSettings => ({
  apiUrl: resolveBaseUrl('apiUrl', options.apiUrl),
  tokens: options.tokens,
  transport: createTransport(options.dispatcher),
  projectId: options.projectId,
  paths: options.paths,
  deadlineMs: options.deadlineMs ?? 30_000,
  attemptMs: options.attemptMs ?? 10_000,
  retry: { attempts: options.attempts ?? 4, baseMs: 250, capMs: 5000 },
  now: options.now ?? Date.now,
  random: options.random ?? Math.random,
})

/**
 * A typed client of the whole API.
 *
 * Reads, and event creation (its nonce makes a repeat harmless), are repeated with full jitter, or when `Retry-After` says, as long as
 * the deadline allows; other calls are made once. A 401 renews the token once. Redirects are never followed.
 *
 * @throws TypeError when `apiUrl` is unusable
 */
export const createClient = (options: ClientOptions): ApiClient => {
  const method = methodsOver(createCall(settingsOf(options)))
  const methods = {
    ...eventMethods(method),
    ...trashMethods(method),
    ...insightsMethods(method),
    ...metricMethods(method),
    ...eventTypeMethods(method),
    ...fieldMethods(method),
    ...userMethods(method),
    ...customAdsMethods(method),
    ...interactionMethods(method),
    ...integrationMethods(method),
    ...customColumnMethods(method),
    ...agentMethods(method),
  }
  return { ...methods, ...walksOver(methods) }
}
