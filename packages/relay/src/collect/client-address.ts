import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Log } from '../telemetry/log.ts'
import { createWarnOnce } from '../telemetry/warn-once.ts'
import { lastOf } from './forwarded.ts'

/** Whom to charge; undefined: nobody, as it would charge everyone behind a proxy. Never logged. */
export type ReadAddress = (req: IncomingMessage) => string | undefined

/** RFC 1918, 3927, 4193, 4291, and the shared space of RFC 6598 that clouds put their balancers in. */
const PRIVATE =
  /^(::1$|f[cd]|fe80:|127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/i

export const createAddressReader = (trustProxy: number, log: Log): ReadAddress => {
  const warnOnce = createWarnOnce(
    log,
    'X-Forwarded-For is sent but no proxy is trusted: set WMKT_TRUST_PROXY',
  )
  return (req) => {
    const peer = plainOf(req.socket.remoteAddress ?? '')
    const forwarded = req.headers['x-forwarded-for']
    if (trustProxy > 0) return keyOf(addressIn(lastOf(forwarded, trustProxy)) ?? peer)
    if (forwarded === undefined) return keyOf(peer)
    warnOnce()
    return PRIVATE.test(peer) ? undefined : keyOf(peer)
  }
}

/**
 * Some proxies write the port beside the address. What is no address was not written by a proxy: where more hops are
 * trusted than there are, it is whatever the client likes, and must not become a bucket of its own.
 */
const addressIn = (hop: string | undefined): string | undefined => {
  const bare = hop?.replace(/^\[(.*)\](:\d+)?$|^([\d.]+):\d+$/, '$1$3')
  return bare !== undefined && isIP(bare) !== 0 ? plainOf(bare) : undefined
}

/** IPv4 as IPv6 sockets write it. */
const plainOf = (address: string): string =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address

/** An IPv6 client owns its whole /64: it is charged as one. */
const keyOf = (address: string): string => {
  // What comes here is an address, or empty.
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const missing =
    tail === undefined ? 0 : Math.max(0, 8 - left.length - tail.split(':').filter(Boolean).length)
  const groups = [...left, ...Array<string>(missing).fill('0')].slice(0, 4)
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
