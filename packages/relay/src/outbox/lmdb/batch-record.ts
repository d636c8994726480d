import type { Kind } from '@wmkt/protocol'
import { kindByteOf, kindOfByte } from '../nonce-key.ts'

/** An accepted batch on disk: who is in it, then the record as it came. */
export type BatchHead = {
  /** Epoch ms. */
  receivedAt: number
  /** seq of the first batch of those whose units it shares. */
  group: number
  entries: readonly Omit<HeadEntry, 'slot'>[]
  /** One of each entry. */
  slots: readonly number[]
}
/** `slot`: of its lane, valid as long as the entry is held. */
export type HeadEntry = { index: number; kind: Kind; nonce: string; slot: number }

const FIXED = 16
const PER_ENTRY = 6

/** Layout: receivedAt f64, group u48, count u16, then index u16, slot u16, kind u8, nonce length u8, nonce; then the record. */
export const encodeBatch = (
  { receivedAt, group, entries, slots }: BatchHead,
  record: Uint8Array,
  roomFor: (bytes: number) => Buffer,
): Buffer => {
  const headBytes = entries.reduce((sum, { nonce }) => sum + PER_ENTRY + nonce.length, FIXED)
  const bytes = roomFor(headBytes + record.length)
  bytes.writeDoubleBE(receivedAt, 0)
  bytes.writeUIntBE(group, 8, 6)
  bytes.writeUInt16BE(entries.length, 14)
  let at = FIXED
  for (let entry = 0; entry < entries.length; entry += 1) {
    const { index, kind, nonce } = entries[entry] as BatchHead['entries'][number]
    bytes.writeUInt16BE(index, at)
    bytes.writeUInt16BE(slots[entry] as number, at + 2)
    bytes[at + 4] = kindByteOf(kind)
    bytes[at + 5] = nonce.length
    at += PER_ENTRY
    for (let letter = 0; letter < nonce.length; letter += 1) bytes[at + letter] = nonce.charCodeAt(letter)
    at += nonce.length
  }
  bytes.set(record, at)
  return bytes
}

/** A batch's bytes, read as far as is asked. */
export type OpenBatch = {
  receivedAt: number
  group: number
  record: Buffer
  /** The entry at a position in the record; undefined when it is none of those accepted. */
  entryAt(index: number): HeadEntry | undefined
}

export const openBatch = (bytes: Buffer): OpenBatch => {
  const count = bytes.readUInt16BE(14)
  let recordAt = FIXED
  for (let left = count; left > 0; left -= 1) recordAt += PER_ENTRY + bytes.readUInt8(recordAt + 5)
  /** Of the entry found last: most are asked for in order. */
  let last = FIXED
  return {
    receivedAt: bytes.readDoubleBE(0),
    group: bytes.readUIntBE(8, 6),
    record: bytes.subarray(recordAt),
    entryAt(index) {
      last = placeOfEntry(bytes, last, recordAt, index) ?? placeOfEntry(bytes, FIXED, last, index) ?? FIXED
      return last < recordAt && bytes.readUInt16BE(last) === index ? entryFrom(bytes, last) : undefined
    },
  }
}

const placeOfEntry = (bytes: Buffer, from: number, to: number, index: number): number | undefined => {
  for (let at = from; at < to; at += PER_ENTRY + (bytes[at + 5] ?? 0))
    if (((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0) === index) return at
  return undefined
}

const entryFrom = (bytes: Buffer, at: number): HeadEntry => ({
  index: bytes.readUInt16BE(at),
  slot: bytes.readUInt16BE(at + 2),
  kind: kindOfByte(bytes.readUInt8(at + 4)),
  nonce: bytes.toString('latin1', at + PER_ENTRY, at + PER_ENTRY + bytes.readUInt8(at + 5)),
})
