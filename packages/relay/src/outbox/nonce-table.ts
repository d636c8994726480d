import { randomInt } from 'node:crypto'
import { compareKeys, copyRow, type Remembered, ROW_BYTES, writeRow } from './nonce-row.ts'

/** Nonces in memory: rows in order of arrival, and a hash table of their numbers. 41 to 57 bytes a nonce. */
export interface NonceTable {
  readonly size: number
  /** All rows, one after the other. Valid until the next one is put. */
  rows(): Buffer
  /** Where in `rows` the key's row begins; -1 when there is none. */
  find(key: Buffer): number
  /** In the place of what was there for the key. */
  put(key: Buffer, remembered: Remembered): void
  /** Puts rows of another table. */
  putRows(rows: Buffer): void
}

/** Odd numbers drawn at the start: who chooses nonces cannot choose where they meet. */
const FACTORS = Int32Array.from({ length: 6 }, () => randomInt(2 ** 31) * 2 + 1)
const factor = (at: number): number => FACTORS[at] ?? 1

const hashAt = (keys: Buffer, at: number): number => {
  let hash = Math.imul(keys.readUInt8(at + 16) + 1, factor(4))
  for (let word = 0; word < 4; word += 1) {
    hash = Math.imul(hash ^ (hash >>> 15) ^ keys.readInt32LE(at + 4 * word), factor(word))
  }
  return Math.imul(hash ^ (hash >>> 15), factor(5)) >>> 8
}

export const createNonceTable = (capacity = 512): NonceTable => {
  let rows = Buffer.allocUnsafeSlow(capacity * ROW_BYTES)
  // A power of two, at least half of it empty. Numbers of rows, counted from 1.
  let slots = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)))
  let size = 0

  /** The slot that holds the key's row, or the empty one where it belongs. */
  const slotOf = (keys: Buffer, at: number): number => {
    const mask = slots.length - 1
    for (let slot = hashAt(keys, at) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] ?? 0
      if (number === 0 || compareKeys(rows, (number - 1) * ROW_BYTES, keys, at) === 0) return slot
    }
  }
  const grow = () => {
    const wider = Buffer.allocUnsafeSlow(rows.length * 2)
    rows.copy(wider, 0, 0, size * ROW_BYTES)
    rows = wider
    slots = new Int32Array(slots.length * 2)
    for (let number = 1; number <= size; number += 1) slots[slotOf(rows, (number - 1) * ROW_BYTES)] = number
  }
  /** Where the key's row is to be written. */
  const placeFor = (keys: Buffer, at: number): number => {
    if ((size + 1) * ROW_BYTES > rows.length) grow()
    const slot = slotOf(keys, at)
    const known = slots[slot] ?? 0
    if (known > 0) return (known - 1) * ROW_BYTES
    size += 1
    slots[slot] = size
    return (size - 1) * ROW_BYTES
  }
  return {
    get size() {
      return size
    },
    rows: () => rows.subarray(0, size * ROW_BYTES),
    find(key) {
      const number = slots[slotOf(key, 0)] ?? 0
      return number === 0 ? -1 : (number - 1) * ROW_BYTES
    },
    put(key, remembered) {
      const at = placeFor(key, 0)
      writeRow(rows, at, key, remembered)
    },
    putRows(added) {
      for (let from = 0; from < added.length; from += ROW_BYTES) {
        const at = placeFor(added, from)
        copyRow(added, from, rows, at)
      }
    },
  }
}
