import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './child.ts'

/** A real server with JetStream on loopback, its files in a temporary folder. It never outlives the process. */
export interface NatsServer {
  readonly name: string
  readonly port: number
  readonly pid: () => number
  /** Of the client port, `127.0.0.1:port`. */
  readonly host: string
  readonly monitor: string
  /** Where its files are. */
  readonly folder: string
  /** SIGKILL by default; resolves once it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Sends a signal and waits for nothing: SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void
  /** Again, with the same files on the same port. */
  start(): Promise<void>
  /** Kills it and removes its files. */
  dispose(): Promise<void>
}

type ClusterPlace = { name: string; port: number; routes: readonly number[] }

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

const configOf = (
  folder: string,
  name: string,
  port: number,
  monitorPort: number,
  syncAlways: boolean,
  cluster?: ClusterPlace,
): string => {
  const routes = cluster?.routes.map((route) => `nats-route://127.0.0.1:${route}`).join(', ')
  return [
    `server_name: ${name}`,
    `listen: 127.0.0.1:${port}`,
    `http: 127.0.0.1:${monitorPort}`,
    `jetstream { store_dir: "${folder}", max_memory_store: 64MB, max_file_store: 4GB${syncAlways ? ', sync_interval: always' : ''} }`,
    cluster
      ? `cluster { name: ${cluster.name}, listen: 127.0.0.1:${cluster.port}, routes: [${routes}] }`
      : '',
  ].join('\n')
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.on('connect', () => end(true)).on('error', () => end(false))
  })

/** Asks again and again, a few times a second. */
export const until = async (
  is: () => Promise<boolean> | boolean,
  what: string,
  timeoutMs = 20_000,
): Promise<void> => {
  for (const end = Date.now() + timeoutMs; !(await is()); ) {
    if (Date.now() > end) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Which server, and how it keeps what it is given. */
export type NatsSetup = {
  /** Its path. */
  program: string
  /** Synced before it is acknowledged: 2.10 and later. @default false */
  syncAlways?: boolean
  /** Watched by strace, which writes down its system calls. @default not watched */
  watch?: { strace: string; calls: string }
}

/** Watched from a process behind it, so that the server is ours to signal. */
const commandOf = ({ program, watch }: NatsSetup, folder: string): [string, ...string[]] => {
  if (!watch) return [program]
  const options = ['-D', '-f', '-y', '-s', '1024', '-e', `trace=${watch.calls}`, '-e', 'signal=none']
  return [watch.strace, ...options, '-o', join(folder, TRACE), program]
}
/** In the server's folder. */
export const TRACE = 'trace'

const makeServer = async (
  setup: NatsSetup,
  name: string,
  port: number,
  cluster?: ClusterPlace,
): Promise<NatsServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'wmkt-nats-'))
  const monitorPort = await freePort()
  const config = join(folder, 'server.conf')
  writeFileSync(config, configOf(folder, name, port, monitorPort, setup.syncAlways ?? false, cluster))
  let child: ChildProcess | undefined
  let gone: Promise<void> = Promise.resolve()
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    child?.kill(signal)
    await gone
  }
  const start = async () => {
    const [command, ...args] = commandOf(setup, folder)
    const server = spawn(command, [...args, '-c', config, '-l', join(folder, 'server.log')], {
      stdio: 'ignore',
    })
    running.add(server)
    child = server
    gone = new Promise((resolve) => {
      server.on('exit', () => {
        running.delete(server)
        resolve()
      })
    })
    await until(() => isOpen(port), `nats-server ${name} listens`)
  }
  return {
    name,
    port,
    host: `127.0.0.1:${port}`,
    monitor: `http://127.0.0.1:${monitorPort}`,
    folder,
    pid: () => child?.pid ?? 0,
    kill,
    signal: (signal) => void child?.kill(signal),
    start,
    async dispose() {
      await kill()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** One server that stands alone. */
export const startNatsServer = async (setup: NatsSetup): Promise<NatsServer> => {
  const server = await makeServer(setup, 'alone', await freePort())
  await server.start()
  return server
}

type Meta = { leader?: string; replicas?: { name: string }[] }
type Varz = { jetstream?: { meta?: Meta } }

/** Three servers that keep three copies of everything. */
export interface NatsCluster {
  servers: readonly NatsServer[]
  /** `host:port,host:port,host:port` */
  hosts: string
  /** Resolves when those that run have a leader among them. */
  ready(): Promise<void>
  /** Resolves when all three run, and each copy of each stream and consumer has caught up. */
  whole(): Promise<void>
  /** What each server says of each stream and consumer, to read when something went wrong. */
  state(): Promise<string>
  dispose(): Promise<void>
}

const metaOf = async ({ monitor }: NatsServer): Promise<Meta | undefined> => {
  try {
    const varz: Varz = JSON.parse(
      await (await fetch(`${monitor}/varz`, { signal: AbortSignal.timeout(1_000) })).text(),
    )
    return varz.jetstream?.meta
  } catch {
    return undefined
  }
}

/** What each other member is called, as the leader says; undefined while there is none. */
const membersOf = async (servers: readonly NatsServer[]): Promise<string[] | undefined> => {
  const metas = await Promise.all(servers.map(metaOf))
  const at = servers.findIndex(({ name }, n) => metas[n]?.leader === name)
  return metas[at]?.replicas?.map(({ name }) => name).concat(servers[at]?.name ?? '')
}

/**
 * Two of 2.10 that have just met may elect one of them and never take in the third, one time in ten: it finds its way
 * when it is started again.
 */
const startLeftOut = async (servers: readonly NatsServer[]): Promise<void> => {
  const members = await membersOf(servers)
  const leftOut = servers.find(({ name }) => members && !members.includes(name))
  await leftOut?.kill('SIGTERM')
  await leftOut?.start()
}

type Group = {
  name: string
  cluster?: { leader?: string; replicas?: { name: string; current?: boolean; lag?: number }[] }
}
type Jsz = { account_details?: { stream_detail?: (Group & { consumer_detail?: Group[] })[] }[] }

const groupsOf = async ({ monitor }: NatsServer): Promise<Group[]> => {
  const answer = await fetch(`${monitor}/jsz?streams=true&consumers=true`, {
    signal: AbortSignal.timeout(2_000),
  })
  const jsz = (await answer.json()) as Jsz
  const streams = (jsz.account_details ?? []).flatMap(({ stream_detail: some = [] }) => some)
  return streams.flatMap((stream) => [stream, ...(stream.consumer_detail ?? [])])
}

/** Whether it knows a leader of each, and of those it leads that all others are up to date. */
const isCurrent = async (server: NatsServer): Promise<boolean> => {
  const groups = await groupsOf(server).catch(() => undefined)
  return (groups ?? []).length > 0 && !!groups?.every(({ cluster }) => isCaughtUp(server, cluster))
}

const isCaughtUp = ({ name }: NatsServer, cluster: Group['cluster']): boolean => {
  const { leader, replicas = [] } = cluster ?? {}
  return !!leader && (leader !== name || replicas.every(({ current }) => current))
}

const groupText = ({ name, cluster }: Group): string => {
  const replicas = (cluster?.replicas ?? [])
    .map((one) => `${one.name}${one.current ? '' : ' behind'}`)
    .join(', ')
  return `${name}: leader ${cluster?.leader ?? 'none'} (${replicas})`
}

const stateOf = async (server: NatsServer): Promise<string> => {
  try {
    return [`server ${server.name}`, ...(await groupsOf(server)).map(groupText)].join('\n  ')
  } catch (error) {
    return `server ${server.name}: ${error}`
  }
}

export const startNatsCluster = async (setup: NatsSetup): Promise<NatsCluster> => {
  const places = await Promise.all(
    [1, 2, 3].map(async (n) => ({ name: `n${n}`, client: await freePort(), route: await freePort() })),
  )
  const routes = places.map(({ route }) => route)
  const servers = await Promise.all(
    places.map(({ name, client, route }) =>
      makeServer(setup, name, client, {
        name: 'trio',
        port: route,
        // A server expects as many as it has routes. To find itself among them puts it out: port 1 stands for it.
        routes: [...routes.filter((one) => one !== route), 1],
      }),
    ),
  )
  const isReady = async () => (await membersOf(servers))?.length === servers.length
  const ready = () => until(isReady, 'the cluster has a leader', 40_000)
  const form = async () => {
    for (let tries = 0; tries < 6; tries += 1) {
      const isFormed = until(isReady, 'all have met', 4_000).then(() => true)
      if (await isFormed.catch(() => startLeftOut(servers))) return
    }
    await ready()
  }
  const whole = () =>
    until(
      async () => (await Promise.all(servers.map(isCurrent))).every(Boolean),
      'every copy in the cluster has caught up',
      120_000,
    )
  await Promise.all(servers.map((server) => server.start()))
  await form()
  return {
    servers,
    hosts: servers.map(({ host }) => host).join(','),
    ready,
    whole,
    state: async () => (await Promise.all(servers.map(stateOf))).join('\n'),
    dispose: async () => void (await Promise.all(servers.map((server) => server.dispose()))),
  }
}
