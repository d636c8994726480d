import { createHash } from 'node:crypto'
import { type Kind, NONCE_PATTERN } from '@wmkt/protocol'

/**
 * Keys as bytes that sort as meant: big-endian numbers, and UUIDs at half their length. A nonce that is not a UUID in
 * its canonical form goes by its digest, under another last byte, so that no two nonces share a key.
 */
const KIND_BYTE: Record<Kind, number> = { event: 0, interaction: 1 }
const PLAIN = 2

export const kindByteOf = (kind: Kind): number => KIND_BYTE[kind]
export const kindOfByte = (byte: number): Kind => (byte === KIND_BYTE.interaction ? 'interaction' : 'event')

/**
 * Of a nonce in the nonce memory, 17 bytes; undefined when it is none. The kind stands last, so that keys sort by what
 * UUIDs begin with: their time.
 */
export const nonceKey = (kind: Kind, nonce: string): Buffer | undefined =>
  uuidKey(kind, nonce) ?? (NONCE_PATTERN.test(nonce) ? plainKey(kind, nonce) : undefined)

const UUID_BYTES = 16

/** Half of a SHA-256: nobody finds two nonces that share it. */
const plainKey = (kind: Kind, nonce: string): Buffer => {
  const key = Buffer.allocUnsafe(UUID_BYTES + 1)
  createHash('sha256').update(nonce).digest().copy(key, 0, 0, UUID_BYTES)
  key[UUID_BYTES] = KIND_BYTE[kind] | PLAIN
  return key
}

const DASH = 45
const UUID_LENGTH = 36
const NO_DIGIT = 255
/** Character code → value of the hexadecimal digit; capitals are none, for they make another nonce. */
const DIGIT = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code))
  return value < 0 ? NO_DIGIT : value
})
const digitAt = (text: string, at: number): number => DIGIT[text.charCodeAt(at)] ?? NO_DIGIT
const isDashAt = (at: number): boolean => at === 8 || at === 13 || at === 18 || at === 23

/** Ten of these a request: done by hand, since a regular expression and a copy would cost three times as much. */
const uuidKey = (kind: Kind, nonce: string): Buffer | undefined => {
  if (nonce.length !== UUID_LENGTH) return undefined
  const key = Buffer.allocUnsafe(UUID_BYTES + 1)
  for (let at = 0, to = 0; at < UUID_LENGTH; ) {
    if (isDashAt(at)) {
      if (nonce.charCodeAt(at) !== DASH) return undefined
      at += 1
    }
    const high = digitAt(nonce, at)
    const low = digitAt(nonce, at + 1)
    if ((high | low) > 15) return undefined
    key[to] = (high << 4) | low
    to += 1
    at += 2
  }
  key[UUID_BYTES] = KIND_BYTE[kind]
  return key
}

/** Of a batch. */
export const seqKey = (seq: number): Buffer => {
  const key = Buffer.allocUnsafe(6)
  key.writeUIntBE(seq, 0, 6)
  return key
}
export const seqOfKey = (key: Buffer): number => key.readUIntBE(0, 6)

/** Of one lane's share of a group of batches: lanes apart, groups in order of arrival. */
export const unitKey = (slot: number, group: number): Buffer => {
  const key = Buffer.allocUnsafe(8)
  key.writeUInt16BE(slot, 0)
  key.writeUIntBE(group, 2, 6)
  return key
}
export const groupOfUnitKey = (key: Buffer): number => key.readUIntBE(2, 6)

/** Of what one transaction delivered of a group. */
export const deliveredKey = (group: number, stamp: number): Buffer => {
  const key = Buffer.allocUnsafe(12)
  key.writeUIntBE(group, 0, 6)
  key.writeUIntBE(stamp, 6, 6)
  return key
}

/** What all dead letters of a nonce (and kind) begin with. No nonce holds a zero byte. */
export const letterPrefix = (nonce: string, kind?: Kind): Buffer =>
  Buffer.from(
    kind === undefined ? `${nonce}\0` : `${nonce}\0${String.fromCharCode(KIND_BYTE[kind])}`,
    'latin1',
  )

/** Of a dead letter: in order of nonce; where it was buried from makes it unique. */
export const letterKey = (nonce: string, kind: Kind, seq: number, index: number): Buffer => {
  const place = Buffer.allocUnsafe(8)
  place.writeUIntBE(seq, 0, 6)
  place.writeUInt16BE(index, 6)
  return Buffer.concat([letterPrefix(nonce, kind), place])
}
export const nonceOfLetterKey = (key: Buffer): { nonce: string; kind: Kind } => {
  const end = key.indexOf(0)
  return { nonce: key.toString('latin1', 0, end), kind: kindOfByte(key[end + 1] ?? 0) }
}

/** The least key greater than all that begin with the prefix. */
export const afterPrefix = (prefix: Buffer): Buffer => Buffer.concat([prefix, Buffer.alloc(16, 0xff)])

/** What is to be removed some day, by the time its keeping began. */
export type Expiring = 'batch' | 'letter' | 'delivered'
const EXPIRING_BYTE: Record<Expiring, number> = { batch: 0, letter: 1, delivered: 2 }

/** @param at epoch ms */
export const expiryKey = (what: Expiring, at: number, key: Buffer): Buffer => {
  const head = Buffer.allocUnsafe(7)
  head[0] = EXPIRING_BYTE[what]
  head.writeUIntBE(Math.max(0, at), 1, 6)
  return Buffer.concat([head, key])
}
/** The key of what expires. */
export const expiringKeyOf = (key: Buffer): Buffer => key.subarray(7)
