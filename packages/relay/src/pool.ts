import { createSlab } from './slab.ts'

/**
 * Lends memory for a moment, and takes it back: blocks that are needed again and again would each be an allocation, and
 * together bring on the collector. What is not given back is collected like anything else.
 */
export interface Pool {
  /** Its bytes are whatever was there before. */
  take(bytes: number): Buffer
  /** Nobody reads these bytes any more. Give each but once: the next who takes writes over them. */
  give(bytes: Buffer): void
}

/** The largest pack there is, sealed, with the nonces of all its entries before it. */
export const BLOCK_BYTES = 98_304
/** Blocks that wait to be taken; what was lent beyond them is let go. */
const MAX_FREE = 16
/** Below it a block would be mostly air. */
const SMALL_BYTES = BLOCK_BYTES / 8

export const createPool = (): Pool => {
  const slab = createSlab()
  const free: ArrayBufferLike[] = []
  const block = (): ArrayBufferLike => free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES).buffer
  return {
    take(bytes) {
      if (bytes < SMALL_BYTES || bytes > BLOCK_BYTES) return slab(bytes)
      return Buffer.from(block(), 0, bytes)
    },
    give({ buffer }) {
      if (buffer.byteLength === BLOCK_BYTES && free.length < MAX_FREE) free.push(buffer)
    },
  }
}
