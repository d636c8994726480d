import { once } from 'node:events'
import type { Server } from 'node:http'

export interface Listener {
  /** `http://host:port`, as it listens now. */
  url: string
  port: number
  /** Accepts no more; resolves when the last answer is out, or after `graceMs`. */
  close(graceMs?: number): Promise<void>
}

const SWEEP_MS = 50

/** Binds a server. Rejects with the error of the socket: EADDRINUSE, EACCES. */
export const listen = async (server: Server, host: string, port: number): Promise<Listener> => {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  return {
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: (graceMs = 5_000) =>
      new Promise((resolve) => {
        // Who goes on asking over a connection kept alive would keep it, and us, open.
        server.prependListener('request', (_req, res) => res.setHeader('Connection', 'close'))
        const timer = setTimeout(() => server.closeAllConnections(), graceMs).unref()
        // Nor does node close a connection that falls idle after this.
        const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS).unref()
        server.close(() => {
          clearTimeout(timer)
          clearInterval(sweep)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}
