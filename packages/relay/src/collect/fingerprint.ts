import type { Item } from '@wmkt/protocol'

/**
 * 8 bytes of an item's content without `occurredAt` and `trackerId`: a tag may learn the tracker ID between two
 * attempts. The order of keys matters: a sender that repeats an item repeats its bytes, and sorting would cost every
 * item for the sake of none. It tells mistakes apart; it does not withstand an attacker, who could only conflict with himself.
 */
export const fingerprintOf = (item: Item): Uint8Array => {
  const content = item.kind === 'event' ? [item.eventType, item.data] : [item.userData, item.nodeData]
  return digest(JSON.stringify(content))
}

/** Two 32-bit lanes, each unit mixed into both, crossed at the end (murmur's finalizer). */
const digest = (text: string): Uint8Array => {
  let left = 0x9e3779b1
  let right = 0x85ebca6b
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    left = Math.imul(left ^ unit, 0xcc9e2d51)
    left = (left << 13) | (left >>> 19)
    right = Math.imul(right ^ unit, 0x1b873593)
    right = (right << 15) | (right >>> 17)
  }
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeInt32LE(mix(left ^ text.length) ^ mix(right), 0)
  bytes.writeInt32LE(mix(right + left), 4)
  return bytes
}

const mix = (word: number): number => {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
