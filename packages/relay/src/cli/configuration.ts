import { createTaker, integer, OptionError, shown, text } from '../option.ts'
import { type RelayOptions, resolveOptions } from '../options.ts'
import type { ListenOptions } from '../standalone.ts'
import { EXPECTED, READERS } from './form.ts'
import { FOREIGN_NAMES, SETTINGS, type Setting } from './settings.ts'

/** Settings by name of environment variable, and where each was found. */
export type Texts = ReadonlyMap<string, string>

export type Configuration = { relay: RelayOptions; listen: ListenOptions }

/** Where the admin listener of a relay is, for those who want no more: project and credential need not be set for it. */
export type Reach = {
  listen: ListenOptions
  adminToken: string | undefined
  /** Everything, where no relay runs. @throws OptionError */
  configuration: () => Configuration
}

const LISTEN = ['host', 'port', 'basePath', 'adminHost', 'adminPort']
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

/**
 * Flags before environment before `.env`. Empty means not set.
 *
 * @throws OptionError for a `WMKT_*` name that is unknown
 */
export const gather = (...sources: readonly Readonly<Record<string, string | undefined>>[]): Texts => {
  const texts = new Map<string, string>()
  for (const source of [...sources].reverse())
    for (const [name, value] of Object.entries(source)) {
      refuseUnknown(name)
      if (value !== undefined && value !== '') texts.set(name, value)
    }
  return texts
}

const refuseUnknown = (name: string): void => {
  if (!name.startsWith('WMKT_') || FOREIGN_NAMES.includes(name)) return
  if (!SETTINGS.some(({ env }) => env === name))
    throw new OptionError(name, 'a name this version knows (see .env.example)', 'an unknown one')
}

/** @throws OptionError under the name of the environment variable */
export const configurationOf = (texts: Texts): Configuration =>
  named(() => {
    const { relay, listen } = split(valuesIn(texts))
    resolveOptions(relay)
    return { relay, listen: listenOf(listen, relay.adminToken) }
  })

/** @throws OptionError under the name of the environment variable */
export const reachOf = (texts: Texts): Reach =>
  named(() => {
    const { relay, listen } = split(valuesIn(texts))
    const { adminToken } = relay
    return { listen: listenOf(listen, adminToken), adminToken, configuration: () => configurationOf(texts) }
  })

const valuesIn = (texts: Texts): Record<string, unknown> => {
  const values: Record<string, unknown> = {}
  for (const setting of SETTINGS) {
    const written = texts.get(setting.env) ?? setting.fallback
    if (written !== undefined) values[setting.target] = readSetting(setting, written)
  }
  return values
}

const readSetting = ({ env, form, secret }: Setting, written: string): unknown => {
  const value = READERS[form](written)
  if (value === undefined) throw new OptionError(env, EXPECTED[form], shown(written, secret))
  return value
}

/** `projectId` is checked with all the rest by resolveOptions: what is missing here is refused there. */
const split = (values: Record<string, unknown>): { relay: RelayOptions; listen: Record<string, unknown> } => {
  const relay: RelayOptions = { projectId: '' }
  const listen: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    if (LISTEN.includes(name)) listen[name] = value
    if (!LISTEN.includes(name) || name === 'adminHost') Object.assign(relay, { [name]: value })
  }
  return { relay, listen }
}

const listenOf = (values: Record<string, unknown>, adminToken: string | undefined): ListenOptions => {
  const take = createTaker(values)
  const host = text('a host name or address', (value) => value.length > 0)
  const path = text('a path such as /wmkt', (value) => /^\/[\w./~-]*$/.test(value))
  const listen = {
    host: take.required('host', host),
    port: take.required('port', integer(0, 65_535)),
    basePath: take.required('basePath', path),
    adminHost: take.required('adminHost', host),
    adminPort: take.required('adminPort', integer(0, 65_535)),
  }
  if (!LOOPBACK.test(listen.adminHost) && adminToken === undefined)
    throw new OptionError('adminToken', `a token, as ${listen.adminHost} is not loopback`, 'nothing')
  return listen
}

/** Errors under the name the person wrote. */
const named = <T>(resolve: () => T): T => {
  try {
    return resolve()
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    const setting = SETTINGS.find(({ target }) => target === error.option)
    throw new OptionError(setting?.env ?? error.option, expectedOf(error.expected), error.received)
  }
}

const expectedOf = (expected: string): string =>
  expected.replace('credentials and accessToken', 'WEBMARKETER_APPLICATION_CREDENTIALS and WMKT_ACCESS_TOKEN')
