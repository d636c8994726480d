import { type Fingerprint, readFingerprint, writeFingerprint } from '../../fingerprint.ts'

/** Where a nonce was put, and what it came with. */
export type Remembered = { fingerprint: Fingerprint; seq: number; index: number }

/** Of a key as `nonceKey` makes it. */
export const KEY_BYTES = 17
const FINGERPRINT_BYTES = 8
const SEQ_AT = KEY_BYTES + FINGERPRINT_BYTES
const INDEX_AT = SEQ_AT + 6
/** Of a nonce in memory and on disk: key, fingerprint, seq, index, side by side. No objects: there are many. */
export const ROW_BYTES = INDEX_AT + 2

/** By hand, here and below: so few bytes cost less than a call of the runtime's own copy. */
export const writeRow = (
  rows: Buffer,
  at: number,
  key: Uint8Array,
  { fingerprint, seq, index }: Remembered,
): void => {
  for (let byte = 0; byte < KEY_BYTES; byte += 1) rows[at + byte] = key[byte] ?? 0
  writeFingerprint(rows, at + KEY_BYTES, fingerprint)
  rows.writeUIntBE(seq, at + SEQ_AT, 6)
  rows.writeUInt16BE(index, at + INDEX_AT)
}

export const readRow = (rows: Buffer, at: number): Remembered => ({
  fingerprint: readFingerprint(rows, at + KEY_BYTES),
  seq: rows.readUIntBE(at + SEQ_AT, 6),
  index: rows.readUInt16BE(at + INDEX_AT),
})

export const copyRow = (from: Buffer, fromAt: number, to: Buffer, toAt: number): void => {
  for (let byte = 0; byte < ROW_BYTES; byte += 1) to[toAt + byte] = from[fromAt + byte] ?? 0
}

/** The first six bytes of a key as a number: of a UUIDv7 its time. */
export const prefixAt = (keys: Buffer, at: number): number =>
  keys.readUInt32BE(at) * 65_536 + keys.readUInt16BE(at + 4)

/** Negative, zero or positive, as keys sort. */
export const compareKeys = (a: Buffer, aAt: number, b: Buffer, bAt: number): number => {
  for (let at = 0; at < 16; at += 4) {
    const difference = a.readUInt32BE(aAt + at) - b.readUInt32BE(bAt + at)
    if (difference !== 0) return difference
  }
  return a.readUInt8(aAt + 16) - b.readUInt8(bAt + 16)
}

/**
 * Where a key is, among `count` keys in order that lie `stride` bytes apart: the last that is not greater; -1 when all
 * are.
 */
export const lastNotAfter = (keys: Buffer, stride: number, count: number, key: Buffer): number => {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareKeys(keys, middle * stride, key, 0) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}
