import type { Writable } from 'node:stream'
import { createSlab, type Slab } from '../slab.ts'

type Piece = string | Uint8Array

/**
 * What is written to a stream while it is corked goes out as one piece: undici corks a request's head and body, and to copy
 * both costs less than the list that node makes of them, carries through the stream and hands to the system. As undici does
 * it: text is latin1, nobody waits for a piece, and nothing else happens to the stream between cork and uncork.
 */
export const createJoinCorked = (): ((stream: Writable) => void) => {
  const slab = createSlab()
  return (stream) => {
    const write = stream.write.bind(stream)
    let corked: Piece[] | undefined
    stream.cork = () => {
      corked ??= []
    }
    stream.uncork = () => {
      const pieces = corked
      corked = undefined
      if (pieces && pieces.length > 0) write(joined(pieces, slab))
    }
    stream.write = (piece: Piece, ...rest: unknown[]): boolean => {
      if (!corked) return Reflect.apply(write, stream, [piece, ...rest])
      corked.push(piece)
      return true
    }
  }
}

const joined = (pieces: readonly Piece[], slab: Slab): Buffer => {
  let length = 0
  for (const piece of pieces) length += piece.length
  const bytes = slab(length)
  let at = 0
  for (const piece of pieces) {
    if (typeof piece === 'string') bytes.write(piece, at, 'latin1')
    else bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
