import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { warningOf } from '../../packages/relay/src/outbox/nats/durability.ts'
import { aptInstall, reasonOf } from './apt.ts'
import { unpackDebian } from './debian-package.ts'
import type { Given } from './provisions.ts'
import { ROOT } from './sources.ts'

/** A nats-server program, or why there is none. */
export type NatsProgram = Given<'nats'>

const PATHS = [
  '/usr/sbin/nats-server',
  '/usr/local/bin/nats-server',
  '/usr/bin/nats-server',
  '/opt/homebrew/bin/nats-server',
]

const versionOf = (path: string): string =>
  /v(\d+\.\d+\.\d+\S*)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown'

const isNew = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 2 || (major === 2 && minor >= 10)
}

/** Whether the copies of a cluster stay the same when its network is cut (docs/scale.md). */
export const isSteady = (version: string): boolean =>
  warningOf({ version, replicas: 3, monitored: [] }) === undefined

/** The machine's own; undefined when it has none. */
export const findNats = (): string | undefined =>
  process.env.NATS_SERVER_PATH || PATHS.find((path) => existsSync(path))

/** The machine's own, installed first when it has none and can. */
export const ensureNats = async (): Promise<NatsProgram> => {
  const why = findNats() ? undefined : await aptInstall('nats-server')
  const path = findNats()
  if (path !== undefined) return { path, version: versionOf(path) }
  return {
    missing: `no nats-server is found, and none can be installed here (${why}); NATS_SERVER_PATH may name one`,
  }
}

/** One of 2.10 or later, which knows `sync_interval: always`: the machine's own, or one fetched beside it from a later Debian. */
export const ensureNewerNats = async (): Promise<NatsProgram> => {
  const own = process.env.NATS_NEWER_PATH || findNats()
  if (own !== undefined && isNew(versionOf(own))) return { path: own, version: versionOf(own) }
  const suite = process.env.NATS_NEWER_SUITE || 'trixie'
  const folder = join(ROOT, '.cache', 'nats-server', suite)
  try {
    await unpackDebian('nats-server', suite, folder)
    const path = join(folder, 'usr/sbin/nats-server')
    return { path, version: versionOf(path) }
  } catch (error) {
    return { missing: `no nats-server of 2.10 or later: NATS_NEWER_PATH may name one (${reasonOf(error)})` }
  }
}
