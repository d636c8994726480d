import type { IncomingHttpHeaders } from 'node:http'
import { lastOf } from './forwarded.ts'
import type { CheckKey } from './server-keys.ts'

/** Who posts, as far as headers tell. An origin is no authentication: anything but a browser can claim one. */
export type Caller =
  /** `corsOrigin`: what a cross-origin page needs to read the answer. */
  { kind: 'browser'; keyed: false; corsOrigin?: string } | { kind: 'server'; keyed: boolean }
export type Refusal = { kind: 'refused'; code: 'ORIGIN_REFUSED' | 'KEY_REFUSED' }

export type CallerPolicy = {
  /** Exact origins; `*` lets every one in. */
  allowedOrigins: ReadonlySet<string>
  /** Whether callers that are no browsers need a key. */
  keysNeeded: boolean
  checkKey: CheckKey
  /** Proxy hops whose X-Forwarded-Host is believed. */
  trustProxy: number
}

/** A page of the relay's own origin: what may be done to its cookies may be done to no other's. */
export const isSameOrigin = (caller: Caller): boolean =>
  caller.kind === 'browser' && caller.corsOrigin === undefined

/** Headers → caller: docs/delivery.md and the README, "Who may post". */
export const callerOf = (headers: IncomingHttpHeaders, policy: CallerPolicy): Caller | Refusal => {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (origin === undefined && site === undefined) return ofServer(headers.authorization, policy)
  if (site === 'same-origin' || (origin !== undefined && isSameHost(origin, headers, policy)))
    return { kind: 'browser', keyed: false }
  if (origin === undefined || origin === 'null') return { kind: 'refused', code: 'ORIGIN_REFUSED' }
  if (policy.allowedOrigins.has('*')) return { kind: 'browser', keyed: false, corsOrigin: '*' }
  return policy.allowedOrigins.has(origin)
    ? { kind: 'browser', keyed: false, corsOrigin: origin }
    : { kind: 'refused', code: 'ORIGIN_REFUSED' }
}

const ofServer = (
  authorization: string | undefined,
  { checkKey, keysNeeded }: CallerPolicy,
): Caller | Refusal => {
  const keyed = checkKey(authorization)
  return keyed || !keysNeeded ? { kind: 'server', keyed } : { kind: 'refused', code: 'KEY_REFUSED' }
}

/** The scheme is ignored: TLS often ends at a proxy that does not say so. */
const isSameHost = (origin: string, headers: IncomingHttpHeaders, { trustProxy }: CallerPolicy): boolean => {
  const scheme = /^https?:\/\//.exec(origin)?.[0]
  if (scheme === undefined) return false
  const forwarded = trustProxy > 0 ? lastOf(headers['x-forwarded-host'], trustProxy) : undefined
  const host = (forwarded ?? headers.host)?.toLowerCase()
  if (host === undefined) return false
  const defaultPort = scheme === 'https://' ? ':443' : ':80'
  return (
    origin.slice(scheme.length).toLowerCase() ===
    (host.endsWith(defaultPort) ? host.slice(0, -defaultPort.length) : host)
  )
}
