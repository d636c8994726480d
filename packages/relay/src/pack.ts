/**
 * Records of several batches as one: what is kept of them is encrypted, written and read again at once. An item's place
 * in a pack says which record it is in, and where in that.
 */

// form (1) | count of records (2) | then of each its length (4) and its bytes
const FORM = 3
const COUNT_AT = 1
const FIRST_AT = 3
const LENGTH_BYTES = 4

/** Places that a record has in its pack: more than a batch has items. */
const PLACES = 128

/** Most records of a pack, for a place to fit into 16 bits. */
export const MAX_PACKED = 512

export const placeInPack = (part: number, index: number): number => part * PLACES + index

/** Records → a pack of them; one alone stays what it is. */
export const packRecords = (records: readonly Uint8Array[]): Uint8Array => {
  const [first] = records
  if (first && records.length === 1) return first
  const bytes = Buffer.allocUnsafe(records.reduce((sum, { length }) => sum + LENGTH_BYTES + length, FIRST_AT))
  bytes[0] = FORM
  bytes.writeUInt16LE(records.length, COUNT_AT)
  let at = FIRST_AT
  for (const record of records) {
    bytes.writeUInt32LE(record.length, at)
    bytes.set(record, at + LENGTH_BYTES)
    at += LENGTH_BYTES + record.length
  }
  return bytes
}

/** A pack in the making: each record is written where it is to stay. */
export interface NewPack {
  /** Whether a record of so many bytes may still come in. */
  hasRoomFor(bytes: number): boolean
  /** Where the next record begins, of as many bytes as it will have. */
  roomFor(bytes: number): Buffer
  /** Takes the record in: it is copied, unless it was written into that room. Returns it where it lies. */
  add(record: Uint8Array): Buffer
  /** All of it; a record that is alone stays what it is. */
  whole(): Buffer
}

/**
 * @param block of at least `packBytes(maxBytes)`
 * @param maxBytes of all records together
 */
export const beginPack = (block: Buffer, maxBytes: number): NewPack => {
  let count = 0
  let bytes = 0
  let end = FIRST_AT
  const roomFor = (length: number): Buffer => block.subarray(end + LENGTH_BYTES, end + LENGTH_BYTES + length)
  return {
    hasRoomFor: (length) => count < MAX_PACKED && bytes + length <= maxBytes,
    roomFor,
    add(record) {
      const placed = roomFor(record.length)
      if (placed.buffer !== record.buffer || placed.byteOffset !== record.byteOffset) placed.set(record)
      block.writeUInt32LE(record.length, end)
      end += LENGTH_BYTES + record.length
      bytes += record.length
      count += 1
      return placed
    },
    whole() {
      if (count === 1) return block.subarray(FIRST_AT + LENGTH_BYTES, end)
      block[0] = FORM
      block.writeUInt16LE(count, COUNT_AT)
      return block.subarray(0, end)
    },
  }
}

/** What a pack takes at most, with so many bytes of records in it. */
export const packBytes = (maxBytes: number): number => FIRST_AT + MAX_PACKED * LENGTH_BYTES + maxBytes

/** The records in a pack, and where a place in it is; a record that is none is all there is in it. */
export type Pack = {
  parts: readonly Buffer[]
  partOf(place: number): number
  indexOf(place: number): number
  placeOf(part: number, index: number): number
}

/** @throws Error when the pack is cut off */
export const openPack = (bytes: Buffer): Pack =>
  bytes[0] === FORM
    ? {
        parts: partsOf(bytes),
        partOf: (place) => Math.floor(place / PLACES),
        indexOf: (place) => place % PLACES,
        placeOf: placeInPack,
      }
    : { parts: [bytes], partOf: () => 0, indexOf: (place) => place, placeOf: (_, index) => index }

const partsOf = (bytes: Buffer): Buffer[] => {
  const parts: Buffer[] = []
  let at = FIRST_AT
  for (let left = bytes.readUInt16LE(COUNT_AT); left > 0; left -= 1) {
    const end = at + LENGTH_BYTES + bytes.readUInt32LE(at)
    if (end > bytes.length) throw new Error('a pack that is cut off')
    parts.push(bytes.subarray(at + LENGTH_BYTES, end))
    at = end
  }
  return parts
}
