import { createServer, type RequestListener } from 'node:http'

export type Listening = {
  /** `http://host:port` as taken. */
  readonly url: string
  /** Answers requests from now on, first those that came earlier. */
  serve(listener: RequestListener): void
  /** Takes no more; what is under way has a second to finish. */
  close(): Promise<void>
}

const PATIENCE_MS = 1000

const hostOf = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/**
 * Listens on a port, 0 for a free one.
 *
 * @throws what the system says, EADDRINUSE and the like
 */
export const listen = async (port: number, host: string): Promise<Listening> => {
  let serve: Listening['serve'] = () => {}
  const served = new Promise<RequestListener>((begin) => {
    serve = begin
  })
  const server = createServer((req, res) => void served.then((answer) => answer(req, res)))
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, done)
  })
  const address = server.address()
  const taken = typeof address === 'object' && address ? address.port : port
  const close = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done())
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), PATIENCE_MS).unref()
    })
  return { url: `http://${hostOf(host)}:${taken}`, serve, close }
}
