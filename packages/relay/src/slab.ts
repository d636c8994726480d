/** Gives out buffers that do not live long. Their bytes are whatever was there before. */
export type Slab = (bytes: number) => Buffer

const BLOCK_BYTES = 262_144

/**
 * Buffers cut from a block in common: node's own pool gives none above 4 KiB, and each larger one is an allocation, and
 * later a finalizer, of its own. A block goes when the last buffer cut from it does, so keep none of them for long.
 */
export const createSlab = (blockBytes = BLOCK_BYTES): Slab => {
  let block = Buffer.alloc(0)
  let used = 0
  return (bytes) => {
    if (bytes > blockBytes / 4) return Buffer.allocUnsafe(bytes)
    if (used + bytes > block.length) {
      block = Buffer.allocUnsafeSlow(blockBytes)
      used = 0
    }
    used += bytes
    return block.subarray(used - bytes, used)
  }
}
