import { connect, createServer, type Socket } from 'node:net'
import { freePort } from './free-port.ts'

/** `pulled`: nothing goes through and nobody is told. `refused`: every connection ends, and no new one is taken. */
export type HowCut = 'pulled' | 'refused'

/** A stretch of network that can be cut: what connects to its port comes out at another one. */
export interface Cable {
  port: number
  cut(how: HowCut): void
  /** Whole again; what was on its way in a pulled one arrives now. */
  mend(): void
  /** How many connections go through it now. */
  connections(): number
  stop(): Promise<void>
}

/** One connection: the end that came, and the one made for it. */
type Line = { near: Socket; far?: Socket }

const LOOPBACK = '127.0.0.1'

/** Neither end is read any more: what they send waits in the kernel, their goodbyes too. */
const still = ({ near, far }: Line) => {
  if (far) near.unpipe(far)
  near.pause()
  far?.unpipe(near)
  far?.pause()
}

/** @param to the port on loopback where it comes out */
export const layCable = async (to: number): Promise<Cable> => {
  const port = await freePort()
  const lines = new Set<Line>()
  let how: HowCut | undefined

  const end = (line: Line) => {
    lines.delete(line)
    line.near.destroy()
    line.far?.destroy()
  }
  const watch = (socket: Socket, line: Line): Socket =>
    socket.on('error', () => end(line)).on('close', () => end(line))
  const flow = (line: Line) => {
    line.far ??= watch(connect(to, LOOPBACK), line)
    line.near.pipe(line.far)
    line.far.pipe(line.near)
  }
  const server = createServer({ pauseOnConnect: true }, (near) => {
    if (how === 'refused') return void near.destroy()
    const line: Line = { near }
    lines.add(line)
    watch(near, line)
    if (how === undefined) flow(line)
  })
  await new Promise<void>((done) => server.listen(port, LOOPBACK, done))
  return {
    port,
    cut(as) {
      how = as
      for (const line of [...lines])
        if (as === 'refused') end(line)
        else still(line)
    },
    mend() {
      if (how === 'pulled') for (const line of lines) flow(line)
      how = undefined
    },
    connections: () => lines.size,
    stop: () =>
      new Promise((done) => {
        server.close(() => done())
        for (const line of [...lines]) end(line)
      }),
  }
}
