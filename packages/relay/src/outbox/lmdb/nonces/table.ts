import { randomInt } from 'node:crypto'
import { type NonceKey, readKey } from '../../nonce-key.ts'
import {
  bytesOf,
  compareWith,
  copyRow,
  type Remembered,
  ROW_BYTES,
  type Rows,
  rowsFor,
  writeRow,
} from './row.ts'

/** Nonces in memory: rows in order of arrival, and a hash table of their numbers. 43 to 53 bytes a nonce, when full. */
export interface NonceTable {
  size(): number
  /** All rows, one after the other. Valid until the next one is put. */
  rows(): Rows
  /**
   * Where in `rows` the key's newest row begins; -1 when there is none.
   *
   * @param among the first so many rows; those put later are not seen
   */
  find(key: NonceKey, hash: number, among?: number): number
  /** Behind what is there, also when the key is. */
  put(key: NonceKey, hash: number, remembered: Remembered): void
  putRows(rows: Rows): void
  /** Takes the rows put last off again. */
  truncate(size: number): void
  /** Empties it, to be used again: what `rows` gave is then written over. */
  clear(): void
}

/** Odd numbers drawn at the start: who chooses nonces cannot choose where they meet. */
const drawn = (): number => (randomInt(2 ** 31) * 2 + 1) | 0
const [F0, F1, F2, F3, F4, F5] = [drawn(), drawn(), drawn(), drawn(), drawn(), drawn()]
const mixed = (hash: number, word: number, factor: number): number =>
  Math.imul(hash ^ (hash >>> 15) ^ word, factor)

export const hashOf = ({ word0, word1, word2, word3, last }: NonceKey): number => {
  const first = mixed(mixed(Math.imul(last + 1, F4), word0, F0), word1, F1)
  return mixed(mixed(mixed(first, word2, F2), word3, F3), 0, F5)
}

/** Some bits of a hash; 0 is a slot that holds nothing. */
const tagOf = (hash: number): number => hash & 0xff || 1

export const createNonceTable = (capacity = 512): NonceTable => {
  let rows = rowsFor(capacity)
  // A power of two, at least half of it empty. Tags lie apart from numbers: of a nonce that is not there nothing else is
  // looked at, and they are few enough bytes to be near.
  let tags = new Uint8Array(2 ** Math.ceil(Math.log2(capacity * 2)))
  /** Of the row in a slot, counted from 1. */
  let numbers = new Int32Array(tags.length)
  let size = 0
  /** Row → the older row of the same key. */
  const shadowed = new Map<number, number>()

  /** The slot that holds the key's row, or the empty one where it belongs. */
  const slotOf = (key: NonceKey, hash: number): number => {
    const mask = tags.length - 1
    const tag = tagOf(hash)
    for (let slot = (hash >>> 8) & mask; ; slot = (slot + 1) & mask) {
      if (tags[slot] === 0) return slot
      if (tags[slot] !== tag) continue
      if (compareWith(rows, ((numbers[slot] ?? 0) - 1) * ROW_BYTES, key) === 0) return slot
    }
  }
  const hold = (slot: number, number: number, hash: number) => {
    tags[slot] = number === 0 ? 0 : tagOf(hash)
    numbers[slot] = number
  }
  const grow = () => {
    const wider = rowsFor(2 * size)
    bytesOf(wider).set(bytesOf(rows))
    rows = wider
    tags = new Uint8Array(tags.length * 2)
    numbers = new Int32Array(tags.length)
    for (let number = 1; number <= size; number += 1) {
      const key = readKey(rows, (number - 1) * ROW_BYTES)
      const hash = hashOf(key)
      hold(slotOf(key, hash), number, hash)
    }
  }
  /** Where the key's row is to be written. */
  const placeFor = (key: NonceKey, hash: number): number => {
    if ((size + 1) * ROW_BYTES > rows.byteLength) grow()
    const slot = slotOf(key, hash)
    const older = numbers[slot] ?? 0
    size += 1
    if (older > 0) shadowed.set(size, older)
    hold(slot, size, hash)
    return (size - 1) * ROW_BYTES
  }
  return {
    size: () => size,
    rows: () => new DataView(rows.buffer, 0, size * ROW_BYTES),
    find(key, hash, among = size) {
      let number = numbers[slotOf(key, hash)] ?? 0
      while (number > among) number = shadowed.get(number) ?? 0
      return number === 0 ? -1 : (number - 1) * ROW_BYTES
    },
    put(key, hash, remembered) {
      const at = placeFor(key, hash)
      writeRow(rows, at, key, remembered)
    },
    putRows(added) {
      for (let from = 0; from < added.byteLength; from += ROW_BYTES) {
        const key = readKey(added, from)
        const at = placeFor(key, hashOf(key))
        copyRow(added, from, rows, at)
      }
    },
    truncate(to) {
      // The last first: whatever had to make way for a row is gone before the row is.
      for (; size > to; size -= 1) {
        const key = readKey(rows, (size - 1) * ROW_BYTES)
        const hash = hashOf(key)
        hold(slotOf(key, hash), shadowed.get(size) ?? 0, hash)
        shadowed.delete(size)
      }
    },
    clear() {
      size = 0
      tags.fill(0)
      numbers.fill(0)
      shadowed.clear()
    },
  }
}
