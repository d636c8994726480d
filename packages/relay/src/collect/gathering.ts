/** What arrives in pieces, as one. */
export interface Gathering {
  add(piece: Buffer): void
  bytes(): number
  whole(): Buffer
}

const NOTHING = Buffer.alloc(0)

/**
 * Pieces are copied together as they come: as buffers of their own, a million of a byte each would take hundreds of
 * times what is in them. A single one stays as it is.
 */
export const createGathering = (): Gathering => {
  let room: Buffer = NOTHING
  let bytes = 0
  /** Twice as much, so that no byte is moved more than twice on the whole. */
  const grow = (least: number) => {
    const grown = Buffer.allocUnsafe(Math.max(least, 2 * room.length))
    room.copy(grown, 0, 0, bytes)
    room = grown
  }
  return {
    add(piece) {
      if (bytes === 0) room = piece
      else {
        if (bytes + piece.length > room.length) grow(bytes + piece.length)
        piece.copy(room, bytes)
      }
      bytes += piece.length
    },
    bytes: () => bytes,
    whole: () => room.subarray(0, bytes),
  }
}
