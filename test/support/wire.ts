import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type Wire = {
  readonly url: string
  /** Nobody gets through any longer, also not those who are through. */
  cut(): void
  mend(): void
  end(): void
}

/** A line to a port of this machine that can be cut: what a browser's own offline switch does not hold back is held by this. */
export const startWire = async (toPort: number): Promise<Wire> => {
  const ends = new Set<Socket>()
  let whole = true
  const keep = (socket: Socket): Socket => {
    ends.add(socket)
    return socket.on('error', () => {}).on('close', () => ends.delete(socket))
  }
  const server = createServer((near) => {
    keep(near)
    if (!whole) {
      near.destroy()
      return
    }
    const far = keep(connect(toPort, '127.0.0.1'))
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  const cut = (): void => {
    whole = false
    for (const end of ends) end.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}/`,
    cut,
    mend() {
      whole = true
    },
    end() {
      cut()
      server.close()
    },
  }
}
