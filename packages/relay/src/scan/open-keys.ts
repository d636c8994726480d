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
  if (open.length - mark >= 2 * MOST) return false
  for (let at = mark; at < open.length; at += 2) {
    const [begin, end] = [open[at] ?? 0, open[at + 1] ?? 0]
    if (end - begin === to - from && isSame(bytes, begin, from, to - from)) return false
  }
  open.push(from, to)
  return true
}

const isSame = (bytes: Uint8Array, one: number, other: number, length: number): boolean => {
  for (let at = 0; at < length; at += 1) if (bytes[one + at] !== bytes[other + at]) return false
  return true
}
