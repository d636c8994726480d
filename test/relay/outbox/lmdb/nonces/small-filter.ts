import { ROW_BYTES } from '../../../../../packages/relay/src/outbox/lmdb/nonces/row.ts'
import { KEY_BYTES } from '../../../../../packages/relay/src/outbox/nonce-key.ts'

const FILTER_BYTES = 512

/** A page's rows → its entry in the index, as runs had it before their filters grew. */
export const smallEntryOf = (rows: Buffer): Buffer => {
  const entry = Buffer.alloc(KEY_BYTES + FILTER_BYTES)
  rows.copy(entry, 0, 0, KEY_BYTES)
  for (let at = 0; at < rows.length; at += ROW_BYTES)
    for (const bit of bitsOf(rows.subarray(at))) {
      const byte = KEY_BYTES + Math.floor(bit / 8)
      entry[byte] = (entry[byte] ?? 0) | (1 << (bit % 8))
    }
  return entry
}

const bitsOf = (key: Buffer): number[] => {
  const first = Math.imul(key.readInt32LE(8) ^ key.readUInt8(16), 0x85ebca6b)
  const mixed = Math.imul(first ^ (first >>> 15) ^ key.readInt32LE(12), 0xc2b2ae35)
  return [mixed >>> 20, (mixed >>> 8) % (FILTER_BYTES * 8), Math.imul(mixed, 0x9e3779b1) >>> 20]
}
