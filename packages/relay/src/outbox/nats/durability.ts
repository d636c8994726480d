import type { Durability } from './url.ts'

/** What one server says of itself. */
export type ServerFacts = { name: string; version: string; syncAlways: boolean }

export type DurabilityFacts = {
  /** Of the server we are connected to. */
  version: string
  /** Copies of the stream that has the fewest. */
  replicas: number
  /** Servers that keep the streams: one when there is no cluster. */
  servers: readonly string[]
  /** Those whose monitoring endpoints were read. */
  monitored: readonly ServerFacts[]
}

/**
 * Why a claim cannot be made; undefined when it is verified. The least claim, that a stored item survives the crash of
 * a process, needs no proof: what a server has answered for it has written.
 */
export const refusalOfClaim = (claim: Durability, facts: DurabilityFacts): string | undefined => {
  if (claim === 'process-crash') return undefined
  if (!isAtLeast(facts.version, SYNCED))
    return `server ${facts.version} is older than 2.10: it can claim process-crash only`
  return claim === 'replicated' ? replicasMissing(facts) : unsynced(facts)
}

const replicasMissing = ({ replicas }: DurabilityFacts): string | undefined =>
  replicas >= 3
    ? undefined
    : `replicated needs 3 copies of every stream, and there ${replicas === 1 ? 'is 1' : `are ${replicas}`}`

const unsynced = ({ servers, monitored }: DurabilityFacts): string | undefined => {
  if (monitored.length === 0)
    return 'fsync cannot be verified without ?monitor=http://host:port of each server'
  const unseen = servers.find((name) => !monitored.some((one) => one.name === name))
  if (unseen !== undefined) return `fsync cannot be verified: no ?monitor= leads to server ${unseen}`
  const lax = monitored.find((one) => !one.syncAlways || !isAtLeast(one.version, SYNCED))
  if (lax) return `server ${lax.name} (${lax.version}) does not run with sync_interval: always`
  const old = servers.length > 1 && monitored.find((one) => !isAtLeast(one.version, LOG_SYNCED))
  if (!old) return undefined
  return `server ${old.name} (${old.version}) may not sync the log that a cluster agrees by: 2.10.27 is the oldest that was seen to`
}

/** What an operator should hear though the claim is granted. */
export const warningOf = ({ version, replicas, monitored }: Omit<DurabilityFacts, 'servers'>) => {
  const old = [version, ...monitored.map((one) => one.version)].find((one) => !isAtLeast(one, STEADY))
  return replicas > 1 && old !== undefined
    ? `the copies that servers of ${old} keep may come to differ for good when the network between them is cut or one is frozen, and then what was acknowledged may be lost; none of 2.10.27 were seen to`
    : undefined
}

type Version = readonly [major: number, minor: number, patch: number]

/** Knows `sync_interval: always`. */
const SYNCED: Version = [2, 10, 0]
/**
 * The first ones left it out for the log of a cluster (nats-server's pull request 6041): with two of three logs gone in a
 * power cut, the third server's synced copy is outvoted.
 */
const LOG_SYNCED: Version = [2, 10, 27]

/** The oldest whose copies stayed the same in such trials (docs/scale.md). */
const STEADY = LOG_SYNCED

/** What stands behind a dash, as in `2.11.0-RC.1`, does not count. */
const isAtLeast = (version: string, least: Version): boolean => {
  const numbers = version.split(/[.-]/).map(Number)
  const at = least.findIndex((number, n) => numbers[n] !== number)
  return at < 0 || (numbers[at] ?? 0) > (least[at] ?? 0)
}
