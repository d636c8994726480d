import type { OnReadOpts, Socket } from 'node:net'
import { createSlab } from '../slab.ts'

/** As much as node reads at a time. */
const READ_BYTES = 65_536

/**
 * One buffer into which all connections are read, and of which what came is kept: left to itself, node allocates as much for
 * each read and gives back all but the few hundred bytes of an answer. It is copied out before anything else is read.
 */
export const createReadBuffer = (): OnReadOpts => {
  const slab = createSlab()
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  return {
    buffer,
    /** Called on the socket; false holds the reading back. */
    callback(this: Socket, bytes: number) {
      const kept = slab(bytes)
      buffer.copy(kept, 0, 0, bytes)
      return this.push(kept)
    },
  }
}
