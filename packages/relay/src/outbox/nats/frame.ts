import type { Kind } from '@wmkt/protocol'
import type { DeadLetter, Lane } from '../outbox.ts'

/** What a held item's message says beside its record. */
export type ItemHead = {
  kind: Kind
  nonce: string
  lane: Lane
  /** Position in the record. */
  index: number
  /** base64url */
  fingerprint: string
  receivedAt: number
  /** Tells one copy of an item from another (`copy.ts`). */
  copy?: string
}

/** `seq`: of the item that was buried; `round`: 0 when not said, one more for each time it was redriven before. */
export type LetterHead = Omit<DeadLetter, 'record'> & { fingerprint: string; seq: number; round?: number }

/** Length of the head (u32) | head as JSON | record. */
export const encodeFrame = (head: ItemHead | LetterHead, record: Uint8Array): Buffer => {
  const text = Buffer.from(JSON.stringify(head))
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text, record])
}

/** @throws when the bytes are no frame: nobody else writes to our subjects */
export const decodeFrame = <Head extends ItemHead | LetterHead>(bytes: Uint8Array): Framed<Head> => {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = 4 + frame.readUInt32BE()
  const head: Head = JSON.parse(frame.toString('utf8', 4, end))
  return { head, record: frame.subarray(end) }
}

export type Framed<Head> = { head: Head; record: Buffer }
