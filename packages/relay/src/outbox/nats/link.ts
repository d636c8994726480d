import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import { OutboxFull } from '../outbox.ts'
import { createGoingOver, MAX_UNANSWERED, PING_MS } from './over.ts'
import type { NatsSettings } from './url.ts'

/** For one request to be answered, in ms. */
export const REQUEST_MS = 2_000
/** For a request to get through, tried again and again, in ms: a cluster that has lost its leader needs some seconds. */
const PERSIST_MS = 8_000
const AGAIN_MS = 250

/** The connection to the servers: opened here and nowhere else. */
export type Link = {
  nc: NatsConnection
  js: JetStreamClient
  jsm: JetStreamManager
  /**
   * Tries until it gets through. Rejects with OutboxFull when it does not, or when the server takes no more. What is in vain
   * for eight seconds makes the connection go over to another server.
   *
   * @param forMs @default 8000
   */
  persist<T>(request: () => Promise<T>, forMs?: number): Promise<T>
}

/** For a server to take a connection, in ms. */
const CONNECT_MS = 3_000

/**
 * Rejects when no server can be reached.
 *
 * @param pingMs @default 2000
 */
export const openLink = async (
  settings: NatsSettings,
  clock: Clock,
  log: Log,
  pingMs = PING_MS,
): Promise<Link> => {
  const { servers, user, password, token, tls } = settings
  const nc = await connect({
    servers: [...servers],
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(tls && { tls: {} }),
    name: 'wmkt-relay',
    timeout: CONNECT_MS,
    reconnectTimeWait: AGAIN_MS,
    maxReconnectAttempts: -1,
    pingInterval: pingMs,
    maxPingOut: MAX_UNANSWERED,
  })
  const over = createGoingOver(nc, servers, clock, log)
  const options = { timeout: REQUEST_MS, checkAPI: false }
  const jsm = await jetstreamManager(nc, options)
  const js = jetstream(nc, options)
  return { nc, js, jsm, persist: (request, forMs) => persist(request, clock, forMs, over.go) }
}

/** Exported for the simulation, which has another clock. */
export const persist = async <T>(
  request: () => Promise<T>,
  clock: Clock,
  forMs = PERSIST_MS,
  onVain = () => {},
): Promise<T> => {
  const since = clock.now()
  for (;;) {
    try {
      return await request()
    } catch (error) {
      const fault = faultOf(error)
      if (fault.kind === 'ours') throw error
      if (fault.kind === 'full') throw new OutboxFull('storage', error)
      const vainMs = clock.now() - since
      if (vainMs >= PERSIST_MS) onVain()
      if (vainMs >= forMs) throw new OutboxFull('unreachable', error)
    }
    await new Promise<void>((resolve) => void clock.after(AGAIN_MS, resolve))
  }
}

export type Fault = { kind: 'full' | 'away' | 'ours' }

/** Out of the server's book: no room in the stream, in the account, or at the server. */
const FULL = new Set([10_023, 10_028, 10_047, 10_077])
/** Fewer servers than copies are asked for. In a cluster that is starting that passes. */
const NO_PEERS = 10_005
/** More than one copy is asked for, of a server that stands alone. */
const NO_CLUSTER = 10_074
const AWAY = new Set([
  'TimeoutError',
  'RequestError',
  'NoResponders',
  'ConnectionError',
  'JetStreamNotEnabled',
])

/** What went wrong with a request: no room, nobody there, or a request that is wrong and stays so. */
export const faultOf = (error: unknown): Fault => {
  if (error instanceof OutboxFull) return { kind: error.reason === 'unreachable' ? 'away' : 'full' }
  if (error instanceof JetStreamApiError) {
    if (isGone(error)) return { kind: 'ours' }
    if (FULL.has(error.code)) return { kind: 'full' }
    if (error.code === NO_CLUSTER) return { kind: 'ours' }
    // Of a server in trouble: it has no leader for this, or is not the leader any more, or its cluster is not complete yet.
    return { kind: error.status >= 500 || error.code === NO_PEERS ? 'away' : 'ours' }
  }
  return { kind: error instanceof Error && AWAY.has(error.name) ? 'away' : 'ours' }
}

/** What was to be removed is not there: 2.9.10 says so with the status of a fault of its own. */
export const isGone = (error: unknown): boolean =>
  error instanceof JetStreamApiError && /no message found/.test(error.message)

const WRONG_REVISION = new Set([10_071, 10_164])

/** The subject holds a message already, or another than was thought. */
export const isWrongRevision = (error: unknown): boolean =>
  error instanceof JetStreamApiError && WRONG_REVISION.has(error.code)
