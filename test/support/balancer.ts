import { createServer, request } from 'node:http'
import { freePort } from './free-port.ts'

export interface Balancer {
  url: string
  /** How often nobody was there behind it. */
  misses(): number
  stop(): Promise<void>
}

/** What stands in front of several relays: each request goes to the next one, and is answered 502 when that one is gone. */
export const startBalancer = async (urls: readonly string[]): Promise<Balancer> => {
  const port = await freePort()
  let turn = 0
  let misses = 0
  const server = createServer((req, res) => {
    turn += 1
    const url = urls[turn % urls.length]
    const onward = request(`${url}${req.url}`, { method: req.method, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    })
    onward.on('error', () => {
      misses += 1
      if (!res.headersSent) res.writeHead(502)
      res.end()
    })
    req.pipe(onward)
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${port}`,
    misses: () => misses,
    stop: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
