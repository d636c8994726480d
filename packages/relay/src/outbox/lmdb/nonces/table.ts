import { randomInt } from 'node:crypto'
import { compareKeys, copyRow, type Remembered, ROW_BYTES, writeRow } from './row.ts'

/** Nonces in memory: rows in order of arrival, and a hash table of their numbers. 41 to 57 bytes a nonce. */
export interface NonceTable {
  size(): number
  /** All rows, one after the other. Valid until the next one is put. */
  rows(): Buffer
  /**
   * Where in `rows` the key's newest row begins; -1 when there is none.
   *
   * @param among the first so many rows; those put later are not seen
   */
  find(key: Buffer, hash: number, among?: number): number
  /** Behind what is there, also when the key is. */
  put(key: Buffer, hash: number, remembered: Remembered): void
  putRows(rows: Buffer): void
  /** Takes the rows put last off again. */
  truncate(size: number): void
}

/** Odd numbers drawn at the start: who chooses nonces cannot choose where they meet. */
const FACTORS = Int32Array.from({ length: 6 }, () => randomInt(2 ** 31) * 2 + 1)
const factor = (at: number): number => FACTORS[at] ?? 1

export const hashAt = (keys: Buffer, at: number): number => {
  let hash = Math.imul(keys.readUInt8(at + 16) + 1, factor(4))
  for (let word = 0; word < 4; word += 1)
    hash = Math.imul(hash ^ (hash >>> 15) ^ keys.readInt32LE(at + 4 * word), factor(word))
  return Math.imul(hash ^ (hash >>> 15), factor(5))
}

/** A slot holds a row's number, counted from 1, and above it bits of its hash: most others need not be looked at. */
const NUMBER = 0xf_ffff
const TAG = ~NUMBER

export const createNonceTable = (capacity = 512): NonceTable => {
  let rows = Buffer.allocUnsafeSlow(capacity * ROW_BYTES)
  // A power of two, at least half of it empty.
  let slots = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)))
  let size = 0
  /** Row → the older row of the same key. */
  const shadowed = new Map<number, number>()

  /** The slot that holds the key's row, or the empty one where it belongs. */
  const slotOf = (keys: Buffer, at: number, hash: number): number => {
    const mask = slots.length - 1
    for (let slot = (hash >>> 8) & mask; ; slot = (slot + 1) & mask) {
      const held = slots[slot] ?? 0
      if (held === 0) return slot
      if ((held & TAG) !== (hash & TAG)) continue
      if (compareKeys(rows, ((held & NUMBER) - 1) * ROW_BYTES, keys, at) === 0) return slot
    }
  }
  const hold = (slot: number, number: number, hash: number) => {
    slots[slot] = number === 0 ? 0 : (hash & TAG) | number
  }
  const grow = () => {
    const wider = Buffer.allocUnsafeSlow(rows.length * 2)
    rows.copy(wider, 0, 0, size * ROW_BYTES)
    rows = wider
    slots = new Int32Array(slots.length * 2)
    for (let number = 1; number <= size; number += 1) {
      const at = (number - 1) * ROW_BYTES
      const hash = hashAt(rows, at)
      hold(slotOf(rows, at, hash), number, hash)
    }
  }
  /** Where the key's row is to be written. */
  const placeFor = (keys: Buffer, at: number, hash: number): number => {
    if ((size + 1) * ROW_BYTES > rows.length) grow()
    const slot = slotOf(keys, at, hash)
    const older = (slots[slot] ?? 0) & NUMBER
    size += 1
    if (older > 0) shadowed.set(size, older)
    hold(slot, size, hash)
    return (size - 1) * ROW_BYTES
  }
  return {
    size: () => size,
    rows: () => rows.subarray(0, size * ROW_BYTES),
    find(key, hash, among = size) {
      let number = (slots[slotOf(key, 0, hash)] ?? 0) & NUMBER
      while (number > among) number = shadowed.get(number) ?? 0
      return number === 0 ? -1 : (number - 1) * ROW_BYTES
    },
    put(key, hash, remembered) {
      const at = placeFor(key, 0, hash)
      writeRow(rows, at, key, remembered)
    },
    putRows(added) {
      for (let from = 0; from < added.length; from += ROW_BYTES) {
        const at = placeFor(added, from, hashAt(added, from))
        copyRow(added, from, rows, at)
      }
    },
    truncate(to) {
      // The last first: whatever had to make way for a row is gone before the row is.
      for (; size > to; size -= 1) {
        const at = (size - 1) * ROW_BYTES
        const hash = hashAt(rows, at)
        hold(slotOf(rows, at, hash), shadowed.get(size) ?? 0, hash)
        shadowed.delete(size)
      }
    },
  }
}
