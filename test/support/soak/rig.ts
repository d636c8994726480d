import { onTestFinished } from 'vitest'
import { type Balancer, startBalancer } from '../balancer.ts'
import { type RelayChild, type SandboxChild, startRelayChild, startSandboxChild } from '../chain.ts'
import { given } from '../given.ts'
import { type NatsCluster, startNatsCluster } from '../nats-cluster.ts'
import { type NatsServer, startNatsServer } from '../nats-server.ts'
import { tempFolder } from '../temp-folder.ts'
import { createRelayClock, type RelayClock } from './clock.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'

export type SoakedRelay = RelayChild & { name: string; clock: RelayClock }

/** Everything a soak runs on: processes of their own, on loopback. */
export type Rig = {
  isLong: boolean
  sandbox: SandboxChild
  /** On LMDB; its disk may be filled, where one could be mounted. */
  lmdb: SoakedRelay
  disk: SmallDisk | undefined
  /** On one shared outbox, behind a balancer; undefined where there is no nats-server. */
  shared:
    | { relays: SoakedRelay[]; balancer: Balancer; servers: NatsServer[]; cluster?: NatsCluster }
    | undefined
  relays: SoakedRelay[]
}

const startRelay = async (
  name: string,
  sandbox: SandboxChild,
  folder: string,
  env: Record<string, string> = {},
): Promise<SoakedRelay> => {
  const clock = createRelayClock(tempFolder('clock'))
  const common = { WMKT_RATE_LIMIT: '0', WMKT_LOG_LEVEL: 'warn', ...clock.env }
  const relay = await startRelayChild(sandbox, folder, { ...common, ...env })
  onTestFinished(async () => void (await relay.end('SIGKILL')))
  return { ...relay, name, clock }
}

const startServers = async (isLong: boolean) => {
  const nats = await given('nats')
  if ('missing' in nats) return undefined
  const setup = { program: nats.path }
  const cluster = isLong ? await startNatsCluster(setup) : undefined
  const servers = cluster?.servers ?? [await startNatsServer(setup)]
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.dispose()))))
  return { servers: [...servers], ...(cluster && { cluster }) }
}

/** Two relays on a cluster, one on a server that stands alone. */
const startShared = async (
  sandbox: SandboxChild,
  ground: Awaited<ReturnType<typeof startServers>>,
): Promise<Rig['shared']> => {
  if (!ground) return undefined
  const url = `nats://${ground.servers.map(({ host }) => host).join(',')}?lease=3`
  const start = (n: number) => startRelay(`nats-${n}`, sandbox, tempFolder('relay'), { WMKT_OUTBOX_URL: url })
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
