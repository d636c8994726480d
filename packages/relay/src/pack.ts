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
