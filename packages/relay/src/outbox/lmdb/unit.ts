/** What is still unsettled, in one lane, of batches that came in one transaction: seq → share. */
export type Unit = Map<number, Share>
/** Of one batch. */
export type Share = {
  /** Slots of the other lanes it has entries in: while one of these holds any, the batch is not done. */
  others: readonly number[]
  entries: UnitEntry[]
}
export type UnitEntry = Readonly<{ index: number; attempts: number; triedMs: number; attempting: boolean }>

/** Most entries of a batch. Each may be in a lane of its own, and how many others there are is kept in a byte. */
export const MAX_ENTRIES = 256

const ATTEMPTING = 1
const TRIED = 2
const SHARE_BYTES = 5
const FRESH_BYTES = 3
const TRIED_BYTES = 15

const fresh: UnitEntry[] = []

/** The same for all batches: hundreds are read with each unit, twice for each delivery. */
export const freshEntry = (index: number): UnitEntry => {
  fresh[index] ??= Object.freeze({ index, attempts: 0, triedMs: 0, attempting: false })
  return fresh[index]
}

const isTried = ({ attempts, triedMs }: UnitEntry): boolean => attempts > 0 || triedMs > 0

const bytesOf = ({ others, entries }: Share): number => {
  let sum = SHARE_BYTES + 2 * others.length
  for (const entry of entries) sum += isTried(entry) ? TRIED_BYTES : FRESH_BYTES
  return sum
}

/**
 * Layout of a share: seq beyond the group u16, others u8, entries u16, slots of others u16; then of each entry index u16,
 * flags u8 and, when it was tried, attempts u32 and triedMs f64.
 *
 * @param group seq of the first batch
 */
export const encodeUnit = (group: number, unit: Unit): Buffer => {
  let length = 0
  for (const share of unit.values()) length += bytesOf(share)
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const [seq, share] of unit) at = writeShare(bytes, at, seq - group, share)
  return bytes
}

const writeShare = (bytes: Buffer, from: number, beyond: number, { others, entries }: Share): number => {
  bytes.writeUInt16BE(beyond, from)
  bytes[from + 2] = others.length
  bytes.writeUInt16BE(entries.length, from + 3)
  let at = from + SHARE_BYTES
  for (const slot of others) at = bytes.writeUInt16BE(slot, at)
  for (const entry of entries) at = writeEntry(bytes, at, entry)
  return at
}

const writeEntry = (bytes: Buffer, at: number, entry: UnitEntry): number => {
  const tried = isTried(entry)
  bytes.writeUInt16BE(entry.index, at)
  bytes[at + 2] = (entry.attempting ? ATTEMPTING : 0) | (tried ? TRIED : 0)
  if (tried) bytes.writeUInt32BE(entry.attempts, at + 3)
  if (tried) bytes.writeDoubleBE(entry.triedMs, at + 7)
  return at + (tried ? TRIED_BYTES : FRESH_BYTES)
}

/** Map and lists are its own, to be changed; the entries are shared, to be replaced. */
export const decodeUnit = (group: number, bytes: Buffer): Unit => {
  const unit: Unit = new Map()
  for (let at = 0; at < bytes.length; ) {
    const seq = group + bytes.readUInt16BE(at)
    const others: number[] = []
    const entries: UnitEntry[] = []
    let entryAt = at + SHARE_BYTES
    for (let left = bytes.readUInt8(at + 2); left > 0; left -= 1, entryAt += 2)
      others.push(bytes.readUInt16BE(entryAt))
    for (let left = bytes.readUInt16BE(at + 3); left > 0; left -= 1) {
      entries.push(readEntry(bytes, entryAt))
      entryAt += lengthOfEntry(bytes, entryAt)
    }
    unit.set(seq, { others, entries })
    at = entryAt
  }
  return unit
}

/**
 * Entries in order, each handed to `take` until that returns false. Those that are passed are stepped over unread: a lane
 * is walked in small steps, and a unit may be large.
 */
export const walkUnit = (
  group: number,
  bytes: Buffer,
  isPassed: (seq: number, index: number) => boolean,
  take: (seq: number, entry: UnitEntry) => boolean,
): void => {
  for (let at = 0; at < bytes.length; ) {
    const seq = group + bytes.readUInt16BE(at)
    let left = bytes.readUInt16BE(at + 3)
    for (at += SHARE_BYTES + 2 * bytes.readUInt8(at + 2); left > 0; left -= 1) {
      if (!isPassed(seq, bytes.readUInt16BE(at)) && !take(seq, readEntry(bytes, at))) return
      at += lengthOfEntry(bytes, at)
    }
  }
}

/** Whether anything of a batch is left in it: to see that, nothing has to be made of the entries. */
export const holdsBatch = (group: number, bytes: Buffer, seq: number): boolean => {
  for (let at = 0; at < bytes.length; ) {
    if (group + bytes.readUInt16BE(at) === seq) return true
    let left = bytes.readUInt16BE(at + 3)
    for (at += SHARE_BYTES + 2 * bytes.readUInt8(at + 2); left > 0; left -= 1) at += lengthOfEntry(bytes, at)
  }
  return false
}

const lengthOfEntry = (bytes: Buffer, at: number): number =>
  (bytes.readUInt8(at + 2) & TRIED) !== 0 ? TRIED_BYTES : FRESH_BYTES

const readEntry = (bytes: Buffer, at: number): UnitEntry => {
  const flags = bytes.readUInt8(at + 2)
  if (flags === 0) return freshEntry(bytes.readUInt16BE(at))
  const tried = (flags & TRIED) !== 0
  return {
    index: bytes.readUInt16BE(at),
    attempts: tried ? bytes.readUInt32BE(at + 3) : 0,
    triedMs: tried ? bytes.readDoubleBE(at + 7) : 0,
    attempting: (flags & ATTEMPTING) !== 0,
  }
}

export const entryIn = (unit: Unit | undefined, seq: number, index: number): UnitEntry | undefined =>
  unit?.get(seq)?.entries.find((entry) => entry.index === index)
