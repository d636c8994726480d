import type { PathOverrides } from '@wmkt/api'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'

export type SandboxOptions = Partial<Settings> & {
  /** Port to listen on; 0 takes a free one. @default 0 */
  readonly port?: number
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string
  /** Folder of the key file and the embedded database. @default './data/sandbox' */
  readonly dataDir?: string
  /** Slug of the project made at the first start. @default 'demo-shop' */
  readonly project?: string
  /** A real PostgreSQL instead of the embedded one, `postgres://…`. */
  readonly databaseUrl?: string
  /** Other paths for some endpoints of the contract. @default {} */
  readonly apiPaths?: PathOverrides
  /** pino level of the log on stderr. @default 'warn' */
  readonly logLevel?: string
  /** The clock, epoch ms. @default Date.now */
  readonly now?: () => number
}

export type Resolved = Readonly<{
  port: number
  host: string
  dataDir: string
  project: string
  databaseUrl: string | undefined
  apiPaths: PathOverrides
  logLevel: string
  now: () => number
  settings: Settings
}>

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

const DEFAULTS = {
  port: 0,
  host: '127.0.0.1',
  dataDir: './data/sandbox',
  project: 'demo-shop',
  apiPaths: {},
  logLevel: 'warn',
  now: Date.now,
  ...DEFAULT_SETTINGS,
}

const NAMES = [...Object.keys(DEFAULTS), 'databaseUrl']

const demand = (holds: boolean, name: string, expected: string, found: unknown): void => {
  if (!holds)
    throw new TypeError(`${name}: expected ${expected}, found ${JSON.stringify(found) ?? typeof found}`)
}

const isWhole = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= most

const isPostgres = (url: string | undefined): boolean =>
  url === undefined || /^postgres(?:ql)?:\/\//.test(url)

/**
 * Fills in the defaults and checks every option.
 *
 * @throws TypeError that names the option, what was expected and what was found
 */
export const resolveOptions = (options: SandboxOptions): Resolved => {
  for (const name of Object.keys(options))
    demand(NAMES.includes(name), name, 'an option of the sandbox', name)
  const { databaseUrl, ...given } = options
  const whole = { ...DEFAULTS, ...given }
  const { strict, latencyMs, tokenLifeS, anonymousEvents, trashSyncRefusals, plainTrashErrors, ...rest } =
    whole
  demand(isWhole(rest.port, 65_535), 'port', 'a port number from 0 to 65535', rest.port)
  demand(
    rest.project.length >= 3 && rest.project.length <= 64 && SLUG.test(rest.project),
    'project',
    'a slug of 3 to 64 characters',
    rest.project,
  )
  demand(isPostgres(databaseUrl), 'databaseUrl', 'postgres://…', databaseUrl?.split(':')[0])
  demand(LEVELS.includes(rest.logLevel), 'logLevel', LEVELS.join(', '), rest.logLevel)
  demand(latencyMs >= 0, 'latencyMs', 'milliseconds from 0', latencyMs)
  demand(tokenLifeS >= 1, 'tokenLifeS', 'seconds from 1', tokenLifeS)
  const settings = { strict, latencyMs, tokenLifeS, anonymousEvents, trashSyncRefusals, plainTrashErrors }
  return Object.freeze({ ...rest, databaseUrl, settings })
}
