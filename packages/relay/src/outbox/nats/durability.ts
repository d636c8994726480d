import type { Durability } from './url.ts'

/** What one server says of itself. */
export type ServerFacts = { name: string; version: string; syncAlways: boolean }

export type DurabilityFacts = {
  /** Of the server we are connected to. */
  version: string
  /** Copies of the stream that has the fewest. */
  replicas: number
  /** Servers that keep the streams; empty when there is no cluster. */
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
  if (!isAtLeast(facts.version, 2, 10))
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
  const lax = monitored.find((one) => !one.syncAlways || !isAtLeast(one.version, 2, 10))
  return lax && `server ${lax.name} (${lax.version}) does not run with sync_interval: always`
}

const isAtLeast = (version: string, major: number, minor: number): boolean => {
  const [isMajor = 0, isMinor = 0] = version.split('.').map(Number)
  return isMajor > major || (isMajor === major && isMinor >= minor)
}
