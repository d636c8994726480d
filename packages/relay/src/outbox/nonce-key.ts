import { createHash } from 'node:crypto'
import { type Kind, NONCE_PATTERN } from '@wmkt/protocol'
import { UUID_BYTES, type UuidWords, uuidWords } from '../uuid-bytes.ts'

/**
 * What a nonce goes by: 17 bytes, of which `last` is the last one. As numbers, since a buffer for each would cost ten
 * times as much, to make and to read.
 */
export type NonceKey = UuidWords & Readonly<{ last: number }>

export const KEY_BYTES = UUID_BYTES + 1

const KIND_BYTE: Record<Kind, number> = { event: 0, interaction: 1 }
const PLAIN = 2

export const kindByteOf = (kind: Kind): number => KIND_BYTE[kind]
export const kindOfByte = (byte: number): Kind => (byte === KIND_BYTE.interaction ? 'interaction' : 'event')

/**
 * Nonce → key; undefined when it is none. A UUID in its canonical form goes by its bytes, any other nonce by
 * its digest, under another last byte, so that no two share a key. The kind stands last, so that keys sort by what UUIDs
 * begin with: their time.
 */
export const nonceKey = (kind: Kind, nonce: string): NonceKey | undefined => {
  const words = uuidWords(nonce)
  if (words) return keyOf(words, kindByteOf(kind))
  return NONCE_PATTERN.test(nonce) ? keyOf(digestWords(nonce), kindByteOf(kind) | PLAIN) : undefined
}

const keyOf = ({ word0, word1, word2, word3 }: UuidWords, last: number): NonceKey => ({
  word0,
  word1,
  word2,
  word3,
  last,
})

/** Half of a SHA-256: nobody finds two nonces that share it. */
const digestWords = (nonce: string): UuidWords => {
  const digest = createHash('sha256').update(nonce).digest()
  const wordAt = (at: number): number => digest.readInt32BE(at)
  return { word0: wordAt(0), word1: wordAt(4), word2: wordAt(8), word3: wordAt(12) }
}

export const writeKey = (into: DataView, at: number, key: NonceKey): void => {
  into.setInt32(at, key.word0)
  into.setInt32(at + 4, key.word1)
  into.setInt32(at + 8, key.word2)
  into.setInt32(at + 12, key.word3)
  into.setUint8(at + UUID_BYTES, key.last)
}

export const readKey = (from: DataView, at: number): NonceKey => ({
  word0: from.getInt32(at),
  word1: from.getInt32(at + 4),
  word2: from.getInt32(at + 8),
  word3: from.getInt32(at + 12),
  last: from.getUint8(at + UUID_BYTES),
})

export const keyBytes = (key: NonceKey): Buffer => {
  const bytes = Buffer.alloc(KEY_BYTES)
  writeKey(new DataView(bytes.buffer, bytes.byteOffset, KEY_BYTES), 0, key)
  return bytes
}
