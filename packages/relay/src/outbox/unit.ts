/** What is still unsettled of one batch in one lane. */
export type Unit = {
  /** The batch has entries in no other lane: when this is empty, the batch is done. */
  sole: boolean
  entries: readonly UnitEntry[]
}
export type UnitEntry = { index: number; attempts: number; triedMs: number; attempting: boolean }

const ATTEMPTING = 1
const TRIED = 2

export const freshEntry = (index: number): UnitEntry => ({
  index,
  attempts: 0,
  triedMs: 0,
  attempting: false,
})

const isTried = ({ attempts, triedMs }: UnitEntry): boolean => attempts > 0 || triedMs > 0

/** Layout: sole u8, then index u16, flags u8 and, when it was tried, attempts u32 and triedMs f64. */
export const encodeUnit = ({ sole, entries }: Unit): Buffer => {
  const bytes = Buffer.allocUnsafe(1 + entries.reduce((sum, entry) => sum + (isTried(entry) ? 15 : 3), 0))
  bytes[0] = sole ? 1 : 0
  let at = 1
  for (const entry of entries) {
    const tried = isTried(entry)
    bytes.writeUInt16BE(entry.index, at)
    bytes[at + 2] = (entry.attempting ? ATTEMPTING : 0) | (tried ? TRIED : 0)
    if (tried) bytes.writeUInt32BE(entry.attempts, at + 3)
    if (tried) bytes.writeDoubleBE(entry.triedMs, at + 7)
    at += tried ? 15 : 3
  }
  return bytes
}

export const decodeUnit = (bytes: Buffer): Unit => {
  const entries: UnitEntry[] = []
  for (let at = 1; at < bytes.length; ) {
    const flags = bytes.readUInt8(at + 2)
    const tried = (flags & TRIED) !== 0
    entries.push({
      index: bytes.readUInt16BE(at),
      attempts: tried ? bytes.readUInt32BE(at + 3) : 0,
      triedMs: tried ? bytes.readDoubleBE(at + 7) : 0,
      attempting: (flags & ATTEMPTING) !== 0,
    })
    at += tried ? 15 : 3
  }
  return { sole: bytes[0] === 1, entries }
}

export const entryIn = (unit: Unit | undefined, index: number): UnitEntry | undefined =>
  unit?.entries.find((entry) => entry.index === index)

export const withEntry = (unit: Unit, entry: UnitEntry): Unit => ({
  ...unit,
  entries: unit.entries.map((one) => (one.index === entry.index ? entry : one)),
})

export const withoutEntry = (unit: Unit, index: number): Unit => ({
  ...unit,
  entries: unit.entries.filter((one) => one.index !== index),
})
