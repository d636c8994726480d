import { createCipheriv } from 'node:crypto'
import { mixedWith } from '../outbox/fingerprint.ts'
import type { NewEntry } from '../outbox/outbox.ts'

/**
 * Hides fingerprints, which would confirm a guess at what an item says: each is mixed with what a secret makes of its
 * nonce. Repeats stay equal, since they have the same nonce; nothing else can be compared.
 */
export type Mask = (entries: readonly NewEntry[]) => NewEntry[]

const BLOCK = 16
/** In no letter of a nonce. */
const HIGH_BIT = 0x80

export const createMask = (secret: Uint8Array): Mask => {
  // Single blocks, each of its own: the one use this mode is made for. It keeps no state, and so serves for ever.
  const cipher = createCipheriv('aes-256-ecb', secret, null).setAutoPadding(false)
  return (entries) => {
    const blocks = cipher.update(blocksOf(entries))
    return entries.map(({ index, kind, nonce, lane, fingerprint }, at) => {
      const [high, low] = [blocks.readInt32LE(at * BLOCK), blocks.readInt32LE(at * BLOCK + 4)]
      return { index, kind, nonce, lane, fingerprint: mixedWith(fingerprint, high, low) }
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
    const from = Math.max(0, nonce.length - BLOCK)
    // By hand: a call of the runtime's own writing costs more than so few letters.
    for (let letter = from; letter < nonce.length; letter += 1)
      blocks[at + letter - from] = nonce.charCodeAt(letter)
    if (kind === 'interaction') blocks[at] = (blocks[at] ?? 0) ^ HIGH_BIT
    at += BLOCK
  }
  return blocks
}
