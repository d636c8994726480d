import { once } from 'node:events'
import { createServer } from 'node:http'

export type LateDoor = { readonly url: string; stop(): void }

/**
 * A door that sends every request on to another address, and takes its time. Whoever is gone by then does not follow: for a page
 * that has closed, a browser follows only what was sent with keepalive.
 */
export const startLateDoor = async (address: string, lateMs: number): Promise<LateDoor> => {
  const server = createServer(({ headers: { origin = '*' } }, response) => {
    const head = { Location: address, 'Access-Control-Allow-Origin': origin }
    setTimeout(() => response.writeHead(307, head).end(), lateMs)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = server.address()
  if (typeof own !== 'object' || !own) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${own.port}/collect`,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
