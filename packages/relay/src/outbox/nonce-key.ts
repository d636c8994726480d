import { createHash } from 'node:crypto'
import { type Kind, NONCE_PATTERN } from '@wmkt/protocol'
import { UUID_BYTES, writeUuid } from '../uuid-bytes.ts'

const KIND_BYTE: Record<Kind, number> = { event: 0, interaction: 1 }
const PLAIN = 2

export const kindByteOf = (kind: Kind): number => KIND_BYTE[kind]
export const kindOfByte = (byte: number): Kind => (byte === KIND_BYTE.interaction ? 'interaction' : 'event')

/**
 * Nonce → key of 17 bytes; undefined when it is none. A UUID in its canonical form goes by its bytes, any other nonce by
 * its digest, under another last byte, so that no two share a key. The kind stands last, so that keys sort by what UUIDs
 * begin with: their time.
 */
export const nonceKey = (kind: Kind, nonce: string): Buffer | undefined =>
  uuidKey(kind, nonce) ?? (NONCE_PATTERN.test(nonce) ? plainKey(kind, nonce) : undefined)

/** Half of a SHA-256: nobody finds two nonces that share it. */
const plainKey = (kind: Kind, nonce: string): Buffer => {
  const key = Buffer.allocUnsafe(UUID_BYTES + 1)
  createHash('sha256').update(nonce).digest().copy(key, 0, 0, UUID_BYTES)
  key[UUID_BYTES] = KIND_BYTE[kind] | PLAIN
  return key
}

const uuidKey = (kind: Kind, nonce: string): Buffer | undefined => {
  const key = Buffer.allocUnsafe(UUID_BYTES + 1)
  if (!writeUuid(nonce, key, 0)) return undefined
  key[UUID_BYTES] = KIND_BYTE[kind]
  return key
}
