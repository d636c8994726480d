import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

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

/** Where it listens for the other servers, and where it looks for them. */
export type ClusterPlace = { name: string; port: number; routes: readonly number[] }

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
    // What a server tells of itself leads nowhere: whoever connects does so where the test has said.
    cluster
      ? `cluster { name: ${cluster.name}, listen: 127.0.0.1:${cluster.port}, routes: [${routes}], advertise: "127.0.0.1:1", no_advertise: true }`
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

export const makeNatsServer = async (
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
  const server = await makeNatsServer(setup, 'alone', await freePort())
  await server.start()
  return server
}
