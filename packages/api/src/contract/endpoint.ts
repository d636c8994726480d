import type { TObject, TSchema } from '@sinclair/typebox'
import { type EndpointName, ROUTES, type Route } from '../paths.ts'

/** The rooms of the API; the sandbox's tests are filed by the same names. */
export type Area =
  | 'events'
  | 'trash'
  | 'insights'
  | 'states-statistics'
  | 'metrics'
  | 'event-types'
  | 'fields'
  | 'users'
  | 'custom-ads'
  | 'interactions'
  | 'integrations'
  | 'custom-columns'
  | 'agents'

/** What an endpoint does, takes and answers. */
export type Operation = {
  readonly area: Area
  /** One line. */
  readonly summary: string
  readonly description: string
  /** Where the endpoint is known from: the API reference 1.0.0, or only the official PHP SDK. */
  readonly source: 'reference' | 'sdk'
  /** `unlisted`: the reference names no authorization. A bearer token is sent all the same, as the SDK does. */
  readonly auth: 'bearer' | 'unlisted'
  /** Whether a repeat of the same call changes nothing more: reads, and event creation through its nonce. */
  readonly idempotent: boolean
  readonly params: TObject
  readonly query?: TObject
  readonly body?: TSchema
  readonly response: TSchema
  /** Statuses above 299 that have a meaning of their own here, besides 400 and 401. */
  readonly refusals?: Readonly<Record<number, string>>
}

export type Endpoint = Route & Operation

/** Joins an operation to its route, so that a path is written in one table only. */
export const endpoint = <const Name extends EndpointName, const Op extends Operation>(
  name: Name,
  operation: Op,
): (typeof ROUTES)[Name] & Op => ({ ...ROUTES[name], ...operation })
