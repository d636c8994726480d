/** A lane that holds entries. */
export type LaneRow = {
  /** Its number in the keys of units; free for another lane once this one holds nothing. */
  slot: number
  /** Entries. */
  held: number
}

export const encodeLaneRow = ({ slot, held }: LaneRow): Buffer => {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeUInt16BE(slot, 0)
  bytes.writeUIntBE(held, 2, 6)
  return bytes
}

export const decodeLaneRow = (bytes: Buffer): LaneRow => ({
  slot: bytes.readUInt16BE(0),
  held: bytes.readUIntBE(2, 6),
})
