import { type Fingerprint, readFingerprint, writeFingerprint } from '../fingerprint.ts'
import type { DeadLetter } from '../outbox.ts'

/** A dead letter on disk; its nonce and kind are in its key. */
export type LetterRecord = Omit<DeadLetter, 'nonce' | 'kind'> & { fingerprint: Fingerprint }

const FINGERPRINT_AT = 32
const FIXED = 40

/**
 * Layout: buriedAt f64, receivedAt f64, attempts u32, index u16, lane length u16, code length u16, message length u32
 * (from 26 on), fingerprint 8 bytes, then lane, code, message, and the record.
 */
export const encodeLetter = (letter: LetterRecord): Buffer => {
  const texts = [letter.lane, letter.code, letter.message].map((text) => Buffer.from(text))
  const head = Buffer.alloc(FIXED)
  head.writeDoubleBE(letter.buriedAt, 0)
  head.writeDoubleBE(letter.receivedAt, 8)
  head.writeUInt32BE(letter.attempts, 16)
  head.writeUInt16BE(letter.index, 20)
  head.writeUInt16BE(texts[0]?.length ?? 0, 22)
  head.writeUInt16BE(texts[1]?.length ?? 0, 24)
  head.writeUInt32BE(texts[2]?.length ?? 0, 26)
  writeFingerprint(head, FINGERPRINT_AT, letter.fingerprint)
  return Buffer.concat([head, ...texts, letter.record])
}

export const decodeLetter = (bytes: Buffer): LetterRecord => {
  const laneEnd = FIXED + bytes.readUInt16BE(22)
  const codeEnd = laneEnd + bytes.readUInt16BE(24)
  const messageEnd = codeEnd + bytes.readUInt32BE(26)
  return {
    buriedAt: bytes.readDoubleBE(0),
    receivedAt: bytes.readDoubleBE(8),
    attempts: bytes.readUInt32BE(16),
    index: bytes.readUInt16BE(20),
    fingerprint: readFingerprint(bytes, FINGERPRINT_AT),
    lane: bytes.toString('utf8', FIXED, laneEnd),
    code: bytes.toString('utf8', laneEnd, codeEnd),
    message: bytes.toString('utf8', codeEnd, messageEnd),
    record: bytes.subarray(messageEnd),
  }
}
