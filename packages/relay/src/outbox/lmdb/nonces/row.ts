import { type Fingerprint, fingerprintFrom, highOf } from '../../fingerprint.ts'
import { KEY_BYTES, type NonceKey, writeKey } from '../../nonce-key.ts'

/** Where a nonce was put, and what it came with. */
export type Remembered = { fingerprint: Fingerprint; seq: number; index: number }

const FINGERPRINT_AT = KEY_BYTES
const SEQ_AT = FINGERPRINT_AT + 8
const INDEX_AT = SEQ_AT + 6
/** Of a nonce in memory and on disk: key, fingerprint, seq, index, side by side. No objects: there are many. */
export const ROW_BYTES = INDEX_AT + 2

/** Rows, one after the other. A view, since V8 makes a call of each number that is asked of a buffer, and none of this. */
export type Rows = DataView

/** @param bytes whose length may be said to be less than it is, as that of what LMDB lends */
export const rowsOver = (bytes: Uint8Array): Rows =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** Whatever was there before is in it. */
export const rowsFor = (count: number): Rows => rowsOver(Buffer.allocUnsafeSlow(count * ROW_BYTES))

export const bytesOf = ({ buffer, byteOffset, byteLength }: Rows): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

const HIGH = 2 ** 32

export const writeRow = (
  rows: Rows,
  at: number,
  key: NonceKey,
  { fingerprint, seq, index }: Remembered,
): void => {
  writeKey(rows, at, key)
  rows.setUint32(at + FINGERPRINT_AT, highOf(fingerprint))
  rows.setUint32(at + FINGERPRINT_AT + 4, fingerprint >>> 0)
  rows.setUint16(at + SEQ_AT, Math.floor(seq / HIGH))
  rows.setUint32(at + SEQ_AT + 2, seq >>> 0)
  rows.setUint16(at + INDEX_AT, index)
}

export const readRow = (rows: Rows, at: number): Remembered => ({
  fingerprint: fingerprintFrom(rows.getUint32(at + FINGERPRINT_AT), rows.getUint32(at + FINGERPRINT_AT + 4)),
  seq: rows.getUint16(at + SEQ_AT) * HIGH + rows.getUint32(at + SEQ_AT + 2),
  index: rows.getUint16(at + INDEX_AT),
})

/** By hand: so few bytes cost less than a call of the runtime's own copy. */
export const copyRow = (from: Rows, fromAt: number, to: Rows, toAt: number): void => {
  for (let word = 0; word < ROW_BYTES - 4; word += 4) to.setInt32(toAt + word, from.getInt32(fromAt + word))
  to.setUint8(toAt + ROW_BYTES - 1, from.getUint8(fromAt + ROW_BYTES - 1))
}

/** The first six bytes of a key as a number: of a UUIDv7 its time. */
export const prefixOf = ({ word0, word1 }: NonceKey): number => (word0 >>> 0) * 65_536 + (word1 >>> 16)

/** The same of a key as it lies there. */
export const prefixAt = (rows: Rows, at: number): number =>
  rows.getUint32(at) * 65_536 + rows.getUint16(at + 4)

/** Negative, zero or positive, as keys sort. */
export const compareKeys = (a: Rows, aAt: number, b: Rows, bAt: number): number => {
  for (let at = 0; at < 16; at += 4) {
    const difference = a.getUint32(aAt + at) - b.getUint32(bAt + at)
    if (difference !== 0) return difference
  }
  return a.getUint8(aAt + 16) - b.getUint8(bAt + 16)
}

/** The same of a key that lies there and one that is asked for. */
export const compareWith = (rows: Rows, at: number, { word0, word1, word2, word3, last }: NonceKey): number =>
  rows.getUint32(at) - (word0 >>> 0) ||
  rows.getUint32(at + 4) - (word1 >>> 0) ||
  rows.getUint32(at + 8) - (word2 >>> 0) ||
  rows.getUint32(at + 12) - (word3 >>> 0) ||
  rows.getUint8(at + 16) - last

/** Where a key is, among rows in order: the number of the last that is not greater; -1 when all are. */
export const lastNotAfter = (rows: Rows, key: NonceKey): number => {
  let low = 0
  let high = rows.byteLength / ROW_BYTES
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareWith(rows, middle * ROW_BYTES, key) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}
