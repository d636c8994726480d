import { onTestFinished } from 'vitest'
import { type Balancer, startBalancer } from '../balancer.ts'
import { type Cable, layCable } from '../cable.ts'
import { type RelayChild, type SandboxChild, startRelayChild, startSandboxChild } from '../chain.ts'
import { given } from '../given.ts'
import { type NatsCluster, startNatsCluster } from '../nats-cluster.ts'
import { isSteady } from '../nats-programs.ts'
import { type NatsServer, startNatsServer } from '../nats-server.ts'
import { tempFolder } from '../temp-folder.ts'
import { createRelayClock, type RelayClock } from './clock.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'

export type SoakedRelay = RelayChild & {
  name: string
  clock: RelayClock
  /** Between it and each server of a shared outbox. */
  cables: readonly Cable[]
}

/** Everything a soak runs on: processes of their own, on loopback. */
export type Rig = {
  isLong: boolean
  sandbox: SandboxChild
  /** On LMDB; its disk may be filled, where one could be mounted. */
  lmdb: SoakedRelay
  disk: SmallDisk | undefined
  /** On one shared outbox, behind a balancer; undefined where there is no nats-server. */
  shared:
    | {
        relays: SoakedRelay[]
        balancer: Balancer
        servers: NatsServer[]
        cluster?: NatsCluster
        /** Whether its copies stay the same when servers are frozen and the network between them is cut. */
        isSteady: boolean
      }
    | undefined
  relays: SoakedRelay[]
}

const startRelay = async (
  name: string,
  sandbox: SandboxChild,
  folder: string,
  env: Record<string, string> = {},
  cables: readonly Cable[] = [],
): Promise<SoakedRelay> => {
  const clock = createRelayClock(tempFolder('clock'))
  const common = { WMKT_RATE_LIMIT: '0', WMKT_LOG_LEVEL: 'warn', ...clock.env }
  const relay = await startRelayChild(sandbox, folder, { ...common, ...env })
  onTestFinished(async () => void (await relay.end('SIGKILL')))
  return { ...relay, name, clock, cables }
}

const startServers = async (isLong: boolean) => {
  const nats = await given('nats')
  if ('missing' in nats) return undefined
  const setup = { program: nats.path }
  const cluster = isLong ? await startNatsCluster(setup) : undefined
  const servers = cluster?.servers ?? [await startNatsServer(setup)]
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.dispose()))))
  return { servers: [...servers], isSteady: !cluster || isSteady(nats.version), ...(cluster && { cluster }) }
}

const layCables = async (servers: readonly NatsServer[]): Promise<Cable[]> => {
  const cables = await Promise.all(servers.map(({ port }) => layCable(port)))
  onTestFinished(async () => void (await Promise.all(cables.map((cable) => cable.stop()))))
  return cables
}

/** Two relays on a cluster, one on a server that stands alone. */
const startShared = async (
  sandbox: SandboxChild,
  ground: Awaited<ReturnType<typeof startServers>>,
): Promise<Rig['shared']> => {
  if (!ground) return undefined
  const start = async (n: number) => {
    const cables = await layCables(ground.servers)
    const hosts = cables.map(({ port }) => `127.0.0.1:${port}`).join(',')
    const env = { WMKT_OUTBOX_URL: `nats://${hosts}?lease=3` }
    return startRelay(`nats-${n}`, sandbox, tempFolder('relay'), env, cables)
  }
  const relays = [await start(1), ...(ground.cluster ? [await start(2)] : [])]
  const balancer = await startBalancer(relays.map((relay) => relay.url))
  onTestFinished(balancer.stop)
  return { ...ground, relays, balancer }
}

const startSandbox = async (): Promise<SandboxChild> => {
  const sandbox = await startSandboxChild()
  onTestFinished(async () => void (await sandbox.child.end('SIGKILL')))
  return sandbox
}

/** @param isLong with a cluster of three and two relays on it, else one server and one relay; and mishaps of seconds */
export const startRig = async (isLong: boolean): Promise<Rig> => {
  const [sandbox, servers] = await Promise.all([startSandbox(), startServers(isLong)])
  const disk = mountSmallDisk()
  const [lmdb, shared] = await Promise.all([
    startRelay('lmdb', sandbox, disk?.folder ?? tempFolder('relay')),
    startShared(sandbox, servers),
  ])
  return { isLong, sandbox, lmdb, disk, shared, relays: [lmdb, ...(shared?.relays ?? [])] }
}
