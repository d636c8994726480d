import type { RelayOptions } from '../options.ts'
import { SCHEMA_SETTINGS } from './schema-settings.ts'
import { WEBHOOK_SETTINGS } from './webhook-settings.ts'

/** How a setting is written as text. */
export type Form = 'text' | 'integer' | 'list' | 'duration' | 'switch'

/** Of the relay itself, or of the listeners around it. */
export type SettingTarget = keyof RelayOptions | 'host' | 'port' | 'basePath' | 'adminHost' | 'adminPort'

export type Setting = {
  /** Name in the environment and in `.env`. */
  env: string
  /** Name on the command line, without the dashes. */
  flag: string
  target: SettingTarget
  form: Form
  secret?: true
  /** What is used when it is not set, as text. */
  fallback?: string
  about: string
}

/** Every setting there is, once: environment, flags, `.env.example` and the documentation are held against it. */
export const SETTINGS: readonly Setting[] = [
  { env: 'WMKT_PROJECT_ID', flag: 'project-id', target: 'projectId', form: 'text', about: 'project slug' },
  {
    env: 'WEBMARKETER_APPLICATION_CREDENTIALS',
    flag: 'credentials',
    target: 'credentials',
    form: 'text',
    about: 'path of the service-account key file',
  },
  {
    env: 'WMKT_ACCESS_TOKEN',
    flag: 'access-token',
    target: 'accessToken',
    form: 'text',
    secret: true,
    about: 'a ready JWT instead of a key file',
  },
  {
    env: 'WMKT_API_URL',
    flag: 'api-url',
    target: 'apiUrl',
    form: 'text',
    fallback: 'https://api.webmarketer.io/api/v1',
    about: 'upstream base',
  },
  {
    env: 'WMKT_OAUTH_URL',
    flag: 'oauth-url',
    target: 'oauthUrl',
    form: 'text',
    fallback: 'https://oauth.webmarketer.io/oidc',
    about: 'the token endpoint is this + /token',
  },
  {
    env: 'WMKT_API_PATHS',
    flag: 'api-paths',
    target: 'apiPaths',
    form: 'text',
    about: 'JSON file that overrides upstream paths',
  },
  { env: 'HOST', flag: 'host', target: 'host', form: 'text', fallback: '0.0.0.0', about: 'public listener' },
  { env: 'PORT', flag: 'port', target: 'port', form: 'integer', fallback: '8787', about: 'public listener' },
  {
    env: 'WMKT_BASE_PATH',
    flag: 'base-path',
    target: 'basePath',
    form: 'text',
    fallback: '/',
    about: 'prefix of the public routes',
  },
  {
    env: 'WMKT_ADMIN_HOST',
    flag: 'admin-host',
    target: 'adminHost',
    form: 'text',
    fallback: '127.0.0.1',
    about: 'admin listener',
  },
  {
    env: 'WMKT_ADMIN_PORT',
    flag: 'admin-port',
    target: 'adminPort',
    form: 'integer',
    fallback: '8788',
    about: 'admin listener',
  },
  {
    env: 'WMKT_ADMIN_TOKEN',
    flag: 'admin-token',
    target: 'adminToken',
    form: 'text',
    secret: true,
    about: 'mandatory when the admin listener is not on loopback',
  },
  {
    env: 'WMKT_ALLOWED_ORIGINS',
    flag: 'allowed-origins',
    target: 'allowedOrigins',
    form: 'list',
    about: 'exact origins besides same-origin; * for all',
  },
  {
    env: 'WMKT_BROWSER_EVENT_TYPES',
    flag: 'browser-event-types',
    target: 'browserEventTypes',
    form: 'list',
    about: 'event types that browsers may post; all when not set',
  },
  {
    env: 'WMKT_INTERACTIONS',
    flag: 'interactions',
    target: 'interactions',
    form: 'text',
    fallback: 'off',
    about: 'who may post offline interactions: off, origins, key',
  },
  ...SCHEMA_SETTINGS,
  {
    env: 'WMKT_SERVER_KEYS',
    flag: 'server-keys',
    target: 'serverKeys',
    form: 'list',
    secret: true,
    about: 'keys for server-to-server collect',
  },
  {
    env: 'WMKT_DATA_DIR',
    flag: 'data-dir',
    target: 'dataDir',
    form: 'text',
    fallback: './data',
    about: 'root of everything written',
  },
  {
    env: 'WMKT_OUTBOX_URL',
    flag: 'outbox-url',
    target: 'outboxUrl',
    form: 'text',
    about: 'lmdb:<dir>, or nats://host:port (docs/scale.md); not set: outbox in WMKT_DATA_DIR',
  },
  {
    env: 'WMKT_KEY_FILE',
    flag: 'key-file',
    target: 'keyFile',
    form: 'text',
    about: 'keys that encrypt the outbox; not set: outbox-keys.json in WMKT_DATA_DIR, on NATS none',
  },
  {
    env: 'WMKT_TRACKER_COOKIE',
    flag: 'tracker-cookie',
    target: 'trackerCookie',
    form: 'text',
    fallback: 'ndrstnd',
    about: 'cookie that carries the tracker ID',
  },
  {
    env: 'WMKT_TRACKER_PATTERN',
    flag: 'tracker-pattern',
    target: 'trackerPattern',
    form: 'text',
    about: 'regular expression with one group that extracts the ID from the cookie',
  },
  {
    env: 'WMKT_TRACKER_COOKIE_DOMAIN',
    flag: 'tracker-cookie-domain',
    target: 'trackerCookieDomain',
    form: 'text',
    about: 'set the tracker cookie again by HTTP for this domain, same-origin and with consent only',
  },
  {
    env: 'WMKT_REFUSE_BOTS',
    flag: 'refuse-bots',
    target: 'refuseBots',
    form: 'switch',
    fallback: 'off',
    about: "refuse callers without a key whose User-Agent is a bot's: on, off",
  },
  {
    env: 'WMKT_TRUST_PROXY',
    flag: 'trust-proxy',
    target: 'trustProxy',
    form: 'integer',
    fallback: '0',
    about: 'proxy hops whose X-Forwarded-* is believed',
  },
  {
    env: 'WMKT_RATE_LIMIT',
    flag: 'rate-limit',
    target: 'rateLimit',
    form: 'integer',
    fallback: '6000',
    about: 'items per minute per client address; 0 = off',
  },
  {
    env: 'WMKT_MAX_BACKLOG',
    flag: 'max-backlog',
    target: 'maxBacklog',
    form: 'integer',
    fallback: '5000000',
    about: 'items held before collect answers 503',
  },
  {
    env: 'WMKT_CONCURRENCY',
    flag: 'concurrency',
    target: 'concurrency',
    form: 'integer',
    fallback: '64',
    about: 'most upstream requests in flight',
  },
  {
    env: 'WMKT_KEEP_DELIVERED',
    flag: 'keep-delivered',
    target: 'keepDeliveredMs',
    form: 'duration',
    fallback: '24h',
    about: 'how long records of delivered items stay',
  },
  {
    env: 'WMKT_KEEP_DEAD_LETTERS',
    flag: 'keep-dead-letters',
    target: 'keepDeadLettersMs',
    form: 'duration',
    fallback: '90d',
    about: 'how long dead letters stay',
  },
  ...WEBHOOK_SETTINGS,
  {
    env: 'WMKT_LOG_LEVEL',
    flag: 'log-level',
    target: 'logLevel',
    form: 'text',
    fallback: 'info',
    about: 'pino level',
  },
]

/** Read by `npm start` alone; known, so that one .env serves both. */
export const FOREIGN_NAMES: readonly string[] = ['WMKT_SANDBOX_PORT']
