import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import type { Log } from '../telemetry/log.ts'
import { lastOf } from './forwarded.ts'

/** Whom to charge; undefined: nobody, as it would charge everyone behind a proxy. Never logged. */
export type ReadAddress = (req: IncomingMessage) => string | undefined

const PRIVATE = /^(::1$|f[cd]|fe80:|127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/i

export const createAddressReader = (trustProxy: number, log: Log): ReadAddress => {
  let warned = false
  const warnOnce = () => {
    if (!warned) log.warn('X-Forwarded-For is sent but no proxy is trusted: set WMKT_TRUST_PROXY')
    warned = true
  }
  return (req) => {
    const peer = plainOf(req.socket.remoteAddress ?? '')
    const forwarded = req.headers['x-forwarded-for']
    if (trustProxy > 0) return keyOf(plainOf(lastOf(forwarded, trustProxy) ?? peer))
    if (forwarded === undefined) return keyOf(peer)
    warnOnce()
    return PRIVATE.test(peer) ? undefined : keyOf(peer)
  }
}

/** IPv4 as IPv6 sockets write it. */
const plainOf = (address: string): string =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address

/** An IPv6 client owns its whole /64: it is charged as one. */
const keyOf = (address: string): string => {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const missing =
    tail === undefined ? 0 : Math.max(0, 8 - left.length - tail.split(':').filter(Boolean).length)
  return [...left, ...Array<string>(missing).fill('0')].slice(0, 4).join(':')
}
