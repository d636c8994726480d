import type { EndpointName } from '../paths.ts'

/**
 * What went wrong, to switch on. `not-json` and `unexpected-body` are successes by status that cannot be believed: a captive portal,
 * a page of a CDN, another version of the API.
 */
export type ApiErrorKind =
  | 'bad-request'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'rate-limited'
  | 'redirect'
  | 'upstream'
  | 'other'
  | 'not-json'
  | 'unexpected-body'

const KINDS: Readonly<Record<number, ApiErrorKind>> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  429: 'rate-limited',
}

/** The kind of a status that is no success. */
export const kindOf = (status: number): ApiErrorKind =>
  KINDS[status] ?? (status >= 500 ? 'upstream' : status >= 300 && status < 400 ? 'redirect' : 'other')

export type ApiErrorDetails = {
  readonly endpoint: EndpointName
  readonly kind: ApiErrorKind
  readonly status: number
  readonly messages: readonly string[]
  readonly body: string
  readonly retryAfterMs?: number | undefined
}

/** The upstream answered, but not with what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly endpoint: EndpointName
  readonly kind: ApiErrorKind
  /** HTTP status. */
  readonly status: number
  /** The upstream's own words; empty when it had none. */
  readonly messages: readonly string[]
  /** The raw body, whole: errors have had other forms over the years. May hold personal data; not part of `message`. */
  readonly body: string
  /** What `Retry-After` asked for, in ms. */
  readonly retryAfterMs: number | undefined
  constructor(details: ApiErrorDetails) {
    super(`${details.endpoint}: ${details.status} ${details.messages.join('; ') || details.kind}`)
    this.endpoint = details.endpoint
    this.kind = details.kind
    this.status = details.status
    this.messages = details.messages
    this.body = details.body
    this.retryAfterMs = details.retryAfterMs
  }
}
