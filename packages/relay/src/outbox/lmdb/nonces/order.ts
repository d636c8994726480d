import { compareKeys, ROW_BYTES, type Rows } from './row.ts'

const DIGIT_VALUES = 65_536

/** Where words of 32 bits begin that are in all of a key, the last first; two of them overlap, as a key has 17 bytes. */
const ALL_OF_A_KEY = [13, 9, 8, 4, 0]

/**
 * The numbers of the rows in order of their keys; of rows with one key the last. Digit by digit, the least first: a hundred
 * thousand take some milliseconds, whatever their keys are. Of nonces that nobody has thought out, few are alike in their
 * first 64 bits.
 */
export const orderOf = (rows: Rows): Uint32Array => {
  const [high, low] = [wordsAt(rows, 0), wordsAt(rows, 4)]
  const isAlike = (a: number, b: number): boolean => high[a] === high[b] && low[a] === low[b]
  const order = orderedByWords([low, high])
  if (sortTies(rows, order, isAlike)) return withoutOlder(rows, order, isAlike)
  const inFull = orderedByWords(ALL_OF_A_KEY.map((from) => wordsAt(rows, from)))
  return withoutOlder(rows, inFull, isAlike)
}

type IsAlike = (a: number, b: number) => boolean

/** @param words of all rows, the least first */
const orderedByWords = (words: readonly Uint32Array[]): Uint32Array => {
  let order = asTheyCame(words[0]?.length ?? 0)
  for (const word of words) for (const shift of [0, 16]) order = orderedBy(order, word, shift)
  return order
}

/** In a loop: of an iterator the runtime would make a list first, and take longer for it than for the sorting. */
const asTheyCame = (count: number): Uint32Array<ArrayBuffer> => {
  const order = new Uint32Array(count)
  for (let at = 0; at < count; at += 1) order[at] = at
  return order
}

/** Of each row the 32 bits that begin at so many bytes. */
const wordsAt = (rows: Rows, from: number): Uint32Array => {
  const words = new Uint32Array(rows.byteLength / ROW_BYTES)
  for (let row = 0; row < words.length; row += 1) words[row] = rows.getUint32(row * ROW_BYTES + from)
  return words
}

/** In order of one digit; where that is the same, as they were. */
const orderedBy = (order: Uint32Array<ArrayBuffer>, word: Uint32Array, shift: number) => {
  const digitOf = (number: number): number => ((word[number] ?? 0) >>> shift) & 0xffff
  const places = new Uint32Array(DIGIT_VALUES + 1)
  for (let number = 0; number < word.length; number += 1)
    places[digitOf(number) + 1] = (places[digitOf(number) + 1] ?? 0) + 1
  // As most are in their first bits, which are of a time: all have one digit.
  if ((places[digitOf(0) + 1] ?? 0) === order.length) return order
  for (let digit = 0; digit < DIGIT_VALUES; digit += 1)
    places[digit + 1] = (places[digit + 1] ?? 0) + (places[digit] ?? 0)
  const ordered = new Uint32Array(order.length)
  for (let at = 0; at < order.length; at += 1) {
    const number = order[at] ?? 0
    const digit = digitOf(number)
    const place = places[digit] ?? 0
    ordered[place] = number
    places[digit] = place + 1
  }
  return ordered
}

/** More than so many that are alike in these bits are not compared with one another, which would cost their square. */
const MANY = 16

/** False, with the order half done, when too many are alike. */
const sortTies = (rows: Rows, order: Uint32Array, isAlike: IsAlike): boolean => {
  const byKey = (a: number, b: number): number => compareKeys(rows, a * ROW_BYTES, rows, b * ROW_BYTES)
  for (let begin = 0, end = 1; begin < order.length; begin = end, end += 1) {
    while (end < order.length && isAlike(order[begin] ?? 0, order[end] ?? 0)) end += 1
    if (end - begin > MANY) return false
    if (end - begin > 1) insertAll(order, begin, end, byKey)
  }
  return true
}

const insertAll = (
  order: Uint32Array,
  begin: number,
  end: number,
  compare: (a: number, b: number) => number,
): void => {
  for (let at = begin + 1; at < end; at += 1) {
    const one = order[at] ?? 0
    let to = at
    for (; to > begin && compare(order[to - 1] ?? 0, one) > 0; to -= 1) order[to] = order[to - 1] ?? 0
    order[to] = one
  }
}

const withoutOlder = (rows: Rows, order: Uint32Array, isAlike: IsAlike): Uint32Array => {
  const isSame = (a: number, b: number): boolean =>
    isAlike(a, b) && compareKeys(rows, a * ROW_BYTES, rows, b * ROW_BYTES) === 0
  let kept = 0
  for (let at = 0; at < order.length; at += 1) {
    const number = order[at] ?? 0
    if (kept > 0 && isSame(order[kept - 1] ?? 0, number)) kept -= 1
    order[kept] = number
    kept += 1
  }
  return order.subarray(0, kept)
}
