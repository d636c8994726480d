import { OptionError } from '../../option.ts'
import type { Outbox } from '../outbox.ts'

export type Durability = Outbox['durability']

/** Where the server is, and what is asked of it. */
export type NatsSettings = {
  servers: readonly string[]
  user?: string
  password?: string
  token?: string
  tls: boolean
  /** In the front of every name at the server. */
  prefix: string
  /** What is claimed, and checked at the start. */
  durability: Durability
  /** Copies of every stream; not set: three in a cluster, else one. */
  replicas?: number
  /** Monitoring endpoints of the servers, to read what they say of themselves. */
  monitors: readonly string[]
  /** How long the server waits for a relay that has fallen silent before it gives its items to another, in ms. */
  leaseMs: number
  /** Of the work queue, on disk; not set: as much as the server allows. */
  maxBytes?: number
}

const EXPECTED = 'nats://host:port[,host:port] (docs/scale.md has its parameters)'
const DURABILITIES: readonly Durability[] = ['fsync', 'replicated', 'process-crash']
const LEASE_SECONDS = { least: 1, most: 3_600, usual: 30 }

/**
 * `nats://[user:password@]host:port[,host:port]?durability=…&replicas=…&monitor=…&lease=…&max_bytes=…&prefix=…&tls=true`
 *
 * @throws OptionError, which never shows a password
 */
export const parseNatsUrl = (url: string): NatsSettings => {
  const [, login, hosts = '', query = ''] =
    /^nats:\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/.exec(url) ?? []
  const servers = hosts.split(',').filter((host) => host !== '')
  if (servers.length === 0 || !servers.every((host) => HOST.test(host))) throw wrong(hosts)
  const params = new URLSearchParams(query)
  refuseUnknown(params)
  return Object.freeze({
    servers,
    ...loginOf(login),
    tls: choiceOf(params, 'tls', ['false', 'true'], 'false') === 'true',
    prefix: prefixOf(params),
    durability: choiceOf(params, 'durability', DURABILITIES, 'process-crash'),
    ...wholeOf(params, 'replicas', 'replicas', 1, 5),
    monitors: params
      .getAll('monitor')
      .flatMap((one) => one.split(','))
      .map(monitorOf),
    leaseMs:
      1_000 *
      (wholeOf(params, 'lease', 'seconds', LEASE_SECONDS.least, LEASE_SECONDS.most).seconds ??
        LEASE_SECONDS.usual),
    ...wholeOf(params, 'max_bytes', 'maxBytes', 1_048_576, Number.MAX_SAFE_INTEGER),
  })
}

const HOST = /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i
const KNOWN = ['tls', 'prefix', 'durability', 'replicas', 'monitor', 'lease', 'max_bytes']

const wrong = (received: string, expected = EXPECTED) =>
  new OptionError('outboxUrl', expected, received || 'nothing')

const refuseUnknown = (params: URLSearchParams): void => {
  for (const name of params.keys())
    if (!KNOWN.includes(name)) throw wrong(`${name}=`, `parameters ${KNOWN.join(', ')}`)
}

/** `user:password`, or a token alone. */
const loginOf = (login: string | undefined): Pick<NatsSettings, 'user' | 'password' | 'token'> => {
  if (!login) return {}
  const colon = login.indexOf(':')
  if (colon < 0) return { token: decodeURIComponent(login) }
  return {
    user: decodeURIComponent(login.slice(0, colon)),
    password: decodeURIComponent(login.slice(colon + 1)),
  }
}

const choiceOf = <T extends string>(
  params: URLSearchParams,
  name: string,
  choices: readonly T[],
  usual: T,
): T => {
  const text = params.get(name)
  if (text === null) return usual
  const choice = choices.find((one) => one === text)
  if (choice === undefined) throw wrong(`${name}=${text}`, `${name}=${choices.join('|')}`)
  return choice
}

const wholeOf = <K extends string>(
  params: URLSearchParams,
  name: string,
  as: K,
  min: number,
  max: number,
) => {
  const text = params.get(name)
  const found: { [key in K]?: number } = {}
  if (text === null) return found
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= min && number <= max)) throw wrong(`${name}=${text}`, `${name}= from ${min} to ${max}`)
  found[as] = number
  return found
}

const prefixOf = (params: URLSearchParams): string => {
  const prefix = params.get('prefix') ?? 'wmkt'
  if (!/^[\w-]{1,32}$/.test(prefix))
    throw wrong(`prefix=${prefix}`, 'prefix= of 1 to 32 letters, digits, _ and -')
  return prefix
}

const monitorOf = (text: string): string => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw wrong(`monitor=${text}`, 'monitor=http://host:port, one for each server')
  return text.replace(/\/+$/, '')
}
