import type { Kind } from '@wmkt/protocol'
import { kindByteOf, kindOfByte } from '../nonce-key.ts'

/** Keys as bytes that sort as meant: big-endian numbers. Of nonces: `nonceKey`. */

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
    kind === undefined ? `${nonce}\0` : `${nonce}\0${String.fromCharCode(kindByteOf(kind))}`,
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
