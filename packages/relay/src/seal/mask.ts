import { createCipheriv } from 'node:crypto'
import type { NewEntry } from '../outbox/outbox.ts'

/**
 * Hides fingerprints, which would confirm a guess at what an item says: each is mixed with what a secret makes of its
 * nonce. Repeats stay equal, since they have the same nonce; nothing else can be compared.
 */
export type Mask = (entries: readonly NewEntry[]) => NewEntry[]

const BLOCK = 16
const FINGERPRINT_BYTES = 8
/** In no letter of a nonce. */
const HIGH_BIT = 0x80

export const createMask = (secret: Uint8Array): Mask => {
  // Single blocks, each of its own: the one use this mode is made for. It keeps no state, and so serves for ever.
  const cipher = createCipheriv('aes-256-ecb', secret, null).setAutoPadding(false)
  return (entries) => {
    const blocks = cipher.update(blocksOf(entries))
    return entries.map(({ index, kind, nonce, lane, fingerprint }, at) => {
      const masked = mixed(fingerprint, blocks, at * BLOCK)
      return { index, kind, nonce, lane, fingerprint: masked }
    })
  }
}

/**
 * What differs from one nonce to the next stands at their ends. Should two be alike there, all that could be told is
 * whether their items are.
 */
const blocksOf = (entries: readonly NewEntry[]): Buffer => {
  const blocks = Buffer.alloc(entries.length * BLOCK)
  let at = 0
  for (const { kind, nonce } of entries) {
    blocks.write(nonce.length > BLOCK ? nonce.slice(-BLOCK) : nonce, at, 'latin1')
    if (kind === 'interaction') blocks[at] = (blocks[at] ?? 0) ^ HIGH_BIT
    at += BLOCK
  }
  return blocks
}

const mixed = (fingerprint: Uint8Array, blocks: Uint8Array, from: number): Uint8Array => {
  const out = Buffer.allocUnsafe(FINGERPRINT_BYTES)
  for (let at = 0; at < FINGERPRINT_BYTES; at += 1)
    out[at] = (fingerprint[at] ?? 0) ^ (blocks[from + at] ?? 0)
  return out
}
