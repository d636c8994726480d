import { join } from 'node:path'
import { PROJECT_ID_PATTERN } from '@wmkt/protocol'
import { COERCIONS, type Coercion } from '@wmkt/protocol/schema'
import { boolean, createTaker, integer, listOf, OptionError, oneOf, text } from './option.ts'
import { parseNatsUrl } from './outbox/nats/url.ts'
import { VALIDATIONS, type ValidationPolicy } from './schema/validation.ts'
import { isTrackerPattern } from './stamp/tracker-cookie.ts'
import { takeTarget } from './webhook/target.ts'

/** What `createRelay` takes. Exactly one of `credentials` and `accessToken` is needed. */
export type RelayOptions = {
  /** Project slug. One relay serves one project. */
  projectId: string
  /** Path of the service-account key file. */
  credentials?: string
  /** A ready JWT instead of a key file. */
  accessToken?: string
  /** Upstream base; https unless loopback. @default 'https://api.webmarketer.io/api/v1' */
  apiUrl?: string
  /** The token endpoint is this + `/token`. @default 'https://oauth.webmarketer.io/oidc' */
  oauthUrl?: string
  /** Path of a JSON file that overrides upstream paths by endpoint name. */
  apiPaths?: string
  /** Exact origins besides same-origin; `*` lets every one in. @default [] */
  allowedOrigins?: readonly string[]
  /** Event types that callers without a key may post. @default all */
  browserEventTypes?: readonly string[]
  /** Who may post offline interactions: nobody, whoever may post events, or callers with a key. @default 'off' */
  interactions?: 'off' | 'origins' | 'key'
  /**
   * Events that their event type would send to the trash: `hold` keeps them as dead letters, `warn` counts and sends
   * them, `off` does not look. @default 'hold'
   */
  validation?: ValidationPolicy
  /** Values put right on the way: `number` ("12,50"), `phone` (to E.164), `date` (to RFC 3339). @default [] */
  coercions?: readonly Coercion[]
  /**
   * One in so many events of each type, the first too, goes by the synchronous endpoint: a refusal stops its type
   * before more is trashed. 0: none. @default 0
   */
  canary?: number
  /** Shows pages of allowed origins the event types, for `data-debug`: `GET {base}/schema`. @default false */
  debug?: boolean
  /** Look into the upstream's trash each minute, and tell what became of the delivered events. @default true */
  settlement?: boolean
  /** Keys for server-to-server collect, 16 characters or more. When set, callers that are no browsers need one. @default [] */
  serverKeys?: readonly string[]
  /** Root of everything written. @default './data' */
  dataDir?: string
  /** `lmdb:<dir>`, or `nats://host:port[,host:port]` for several relays. @default 'lmdb:<dataDir>/outbox' */
  outboxUrl?: string
  /**
   * Path of the keys that what the outbox keeps is encrypted with. With `nats://` it has to be named, the same file for
   * all relays; without it nothing is encrypted there. @default '<dataDir>/outbox-keys.json', made at the first start
   */
  keyFile?: string
  /** Cookie that carries the tracker ID. @default 'ndrstnd' */
  trackerCookie?: string
  /** Regular expression with one group that extracts the ID from the cookie. @default the whole value */
  trackerPattern?: string
  /** Set the tracker cookie again by HTTP for this domain, same-origin and with consent only. @default off */
  trackerCookieDomain?: string
  /** Refuse callers without a key whose User-Agent is a bot's. @default false */
  refuseBots?: boolean
  /** Proxy hops whose `X-Forwarded-*` is believed. @default 0 */
  trustProxy?: number
  /** Items per minute per client address; 0: no limit. @default 6000 */
  rateLimit?: number
  /** Items held before collect answers 503. @default 5000000 */
  maxBacklog?: number
  /** Most upstream requests in flight. @default 64 */
  concurrency?: number
  /** How long records of delivered items stay, in ms. @default 86400000 (24 h) */
  keepDeliveredMs?: number
  /** Told of each delivered event, with the upstream's id of it; https unless loopback. Not with `nats://`. @default nobody */
  webhookUrl?: string
  /** Signs what is told: `whsec_` and 24 to 64 bytes in base64. */
  webhookSecret?: string
  /** How long dead letters stay, in ms. @default 7776000000 (90 d) */
  keepDeadLettersMs?: number
  /** For a collect body to arrive, in ms. @default 10000 */
  bodyTimeoutMs?: number
  /** Name by which the admin listener may be called, besides loopback. */
  adminHost?: string
  /** Bearer token of the admin listener, 16 characters or more. */
  adminToken?: string
  /** pino level. @default 'info' */
  logLevel?: LogLevel
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export type RelaySettings = ReturnType<typeof resolveOptions>

const DAY_MS = 86_400_000
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
const OUTBOX = /^(lmdb:.|nats:\/\/.)/

const nonEmpty = (expected: string) => text(expected, (value) => value.length > 0)
const secret = (expected: string) => text(expected, (value) => /^[\x21-\x7e]{16,}$/.test(value), true)
const origin = text('an origin such as https://shop.test, or *', (value) => value === '*' || isOrigin(value))
const upstream = text('an https URL (http on loopback only)', (value) => isUpstream(value))

const isOrigin = (value: string): boolean => URL.canParse(value) && new URL(value).origin === value

const isUpstream = (value: string): boolean => {
  if (!URL.canParse(value)) return false
  const { protocol, hostname, username, password, search, hash } = new URL(value)
  if (username || password || search || hash) return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}

/**
 * Options with their defaults, checked by name and frozen.
 *
 * @throws OptionError (a TypeError): name, expectation, what was received
 */
export const resolveOptions = (options: RelayOptions) => {
  const take = createTaker({ ...options })
  const credentials = take.optional('credentials', nonEmpty('the path of a key file'))
  const accessToken = take.optional(
    'accessToken',
    text('a JWT', (jwt) => /^[\x21-\x7e]+$/.test(jwt), true),
  )
  const dataDir = take.optional('dataDir', nonEmpty('a folder')) ?? './data'
  const outboxUrl =
    take.optional(
      'outboxUrl',
      text('lmdb:<dir> or nats://host:port', (url) => OUTBOX.test(url), true),
    ) ?? `lmdb:${join(dataDir, 'outbox')}`
  const nats = outboxUrl.startsWith('nats:') ? parseNatsUrl(outboxUrl) : undefined
  const keepDeliveredMs = take.optional('keepDeliveredMs', integer(0, 3_650 * DAY_MS)) ?? DAY_MS
  const browserEventTypes = take.optional('browserEventTypes', listOf(nonEmpty('an event type')))
  const settings = {
    projectId: take.required(
      'projectId',
      text('a project slug of 3 to 64 characters a-z 0-9 -', (id) => PROJECT_ID_PATTERN.test(id)),
    ),
    credentials,
    accessToken,
    apiUrl: take.optional('apiUrl', upstream) ?? 'https://api.webmarketer.io/api/v1',
    oauthUrl: take.optional('oauthUrl', upstream) ?? 'https://oauth.webmarketer.io/oidc',
    apiPaths: take.optional('apiPaths', nonEmpty('the path of a JSON file')),
    allowedOrigins: new Set(take.optional('allowedOrigins', listOf(origin))),
    browserEventTypes: browserEventTypes && new Set(browserEventTypes),
    interactions: take.optional('interactions', oneOf('off', 'origins', 'key')) ?? 'off',
    validation: take.optional('validation', oneOf(...VALIDATIONS)) ?? 'hold',
    coercions: new Set(take.optional('coercions', listOf(oneOf(...COERCIONS)))),
    debug: take.optional('debug', boolean) ?? false,
    canary: take.optional('canary', integer(0, 1_000_000)) ?? 0,
    settlement: take.optional('settlement', boolean) ?? true,
    serverKeys: take.optional('serverKeys', listOf(secret('a key of 16 characters or more'))) ?? [],
    dataDir,
    outboxDir: outboxUrl.slice('lmdb:'.length),
    nats,
    keyFile: take.optional('keyFile', nonEmpty('the path of a key file')),
    trackerCookie:
      take.optional(
        'trackerCookie',
        text('a cookie name', (name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name)),
      ) ?? 'ndrstnd',
    trackerPattern: take.optional(
      'trackerPattern',
      text('a regular expression with exactly one group', isTrackerPattern),
    ),
    trackerCookieDomain: take.optional(
      'trackerCookieDomain',
      text('a domain such as shop.test', (domain) =>
        /^(?=.{1,253}$)([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/.test(domain),
      ),
    ),
    refuseBots: take.optional('refuseBots', boolean) ?? false,
    trustProxy: take.optional('trustProxy', integer(0, 16)) ?? 0,
    rateLimit: take.optional('rateLimit', integer(0, 1_000_000_000)) ?? 6_000,
    maxBacklog: take.optional('maxBacklog', integer(1, 1_000_000_000)) ?? 5_000_000,
    concurrency: take.optional('concurrency', integer(1, 1_024)) ?? 64,
    keepDeliveredMs,
    webhook: takeTarget(take, { isShared: nats !== undefined, keepDeliveredMs }),
    keepDeadLettersMs: take.optional('keepDeadLettersMs', integer(0, 3_650 * DAY_MS)) ?? 90 * DAY_MS,
    bodyTimeoutMs: take.optional('bodyTimeoutMs', integer(1, 600_000)) ?? 10_000,
    adminHost: take.optional('adminHost', nonEmpty('a host name')),
    adminToken: take.optional('adminToken', secret('a token of 16 characters or more')),
    logLevel: take.optional('logLevel', oneOf(...LOG_LEVELS)) ?? 'info',
  } as const
  take.done()
  if ((credentials === undefined) === (accessToken === undefined)) throw doubled(credentials !== undefined)
  return Object.freeze(settings)
}

const doubled = (both: boolean): OptionError =>
  new OptionError('credentials', 'exactly one of credentials and accessToken', both ? 'both' : 'neither')
