/** Of each key seen in the objects that are still open, where it begins and ends; the innermost object's come last. */
export type OpenKeys = number[]

/** Most that are compared with one another: with more of them the parser is the quicker one. */
const MOST = 64

/**
 * Notes a key of the object whose keys lie behind `mark`. False when it has been there, as the parser keeps the last
 * of two values alone; and when there are too many to tell.
 */
export const noteKey = (
  bytes: Uint8Array,
  open: OpenKeys,
  mark: number,
  from: number,
  to: number,
): boolean => {
  const { length } = open
  if (length - mark >= 2 * MOST) return false
  for (let at = mark; at < length; at += 2) {
    const begin = open[at] ?? 0
    if ((open[at + 1] ?? 0) - begin === to - from && isSame(bytes, begin, from, to)) return false
  }
  open.push(from, to)
  return true
}

const isSame = (bytes: Uint8Array, begin: number, from: number, to: number): boolean => {
  const ahead = from - begin
  for (let at = from; at < to; at += 1) if (bytes[at] !== bytes[at - ahead]) return false
  return true
}
