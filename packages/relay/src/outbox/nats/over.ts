import { type NatsConnection, NatsConnectionImpl, Servers } from '@nats-io/transport-node'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'

/** A server that leaves two pings unanswered is left when the third is due: four to six seconds after it fell silent. */
export const PING_MS = 2_000
export const MAX_UNANSWERED = 2
/** A server has so long to answer: what is in vain until then may have been so at the one before. */
const GRACE_MS = 10_000

/** Going over from a server that answers nothing to another one. What was in flight is as after any lost connection. */
export interface GoingOver {
  /** Requests have been in vain for so long that another server may do better, though this one answers pings. */
  go(): void
}

/** Follows the connection to its end. Within ten seconds of a server's coming, `go` does nothing. */
export const createGoingOver = (
  nc: NatsConnection,
  hosts: readonly string[],
  clock: Clock,
  log: Log,
): GoingOver => {
  let cameAt = Number.NEGATIVE_INFINITY
  const onCome = () => {
    cameAt = clock.now()
  }
  remember(nc, hosts)
  void follow(nc, log, onCome)
  return {
    go() {
      if (clock.now() < cameAt + GRACE_MS) return
      onCome()
      // One that is hung up goes nowhere any more.
      nc.reconnect().catch(() => {})
    },
  }
}

const insideOf = (nc: NatsConnection) => {
  if (nc instanceof NatsConnectionImpl) return nc.protocol
  throw new TypeError('the connection is not of the client this was written for')
}

/**
 * The client forgets servers that were away when it first connected, and has the one it found first in the front: it
 * would go over to that one itself.
 */
const remember = (nc: NatsConnection, hosts: readonly string[]): void => {
  const { servers } = insideOf(nc)
  if (servers.next() === servers.getCurrentServer()) servers.selectServer()
  const known = new Set(servers.getServers().map(({ listen }) => listen))
  for (const { listen } of new Servers([...hosts]).getServers())
    if (!known.has(listen)) servers.addServer(listen)
}

/**
 * Before the client leaves a server it writes to the end what it has for it. A silent one takes nothing any more once its
 * buffers are full, and the client would wait until TCP gives up: so the socket is taken away from it.
 */
const follow = async (nc: NatsConnection, log: Log, onCome: () => void): Promise<void> => {
  let { transport } = insideOf(nc)
  for await (const { type } of nc.status()) {
    if (type === 'staleConnection' || type === 'forceReconnect') {
      log.warn('the server answers nothing: the outbox goes over to another')
      transport.discard()
    }
    if (type === 'disconnect') log.warn('the outbox lost its server')
    if (type !== 'reconnect') continue
    transport = insideOf(nc).transport
    onCome()
    log.info('the outbox has a server again')
  }
}
