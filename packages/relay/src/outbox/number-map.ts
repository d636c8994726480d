/** Whole numbers → whole numbers, both from 0 to 2⁵³. */
export interface NumberMap {
  get(key: number): number | undefined
  set(key: number, value: number): void
  delete(key: number): void
  size(): number
}

const LEAST = 16
const FREE = -1

/**
 * A table in two plain arrays of numbers. A Map that lives long and changes all the time leaves tables behind, each of
 * which keeps the next one from being collected while young, and what stands in it; and it makes an object of each large number.
 */
export const createNumberMap = (): NumberMap => {
  let keys = new Float64Array(LEAST).fill(FREE)
  let values = new Float64Array(LEAST)
  let size = 0

  /** Where the key is, or would be. */
  const placeOf = (key: number): number => {
    const mask = keys.length - 1
    let at = hashOf(key) & mask
    while (keys[at] !== key && keys[at] !== FREE) at = (at + 1) & mask
    return at
  }
  const write = (key: number, value: number) => {
    const at = placeOf(key)
    if (keys[at] === FREE) size += 1
    keys[at] = key
    values[at] = value
  }
  const grow = () => {
    const [oldKeys, oldValues] = [keys, values]
    keys = new Float64Array(2 * oldKeys.length).fill(FREE)
    values = new Float64Array(keys.length)
    size = 0
    for (const [at, key] of oldKeys.entries()) if (key !== FREE) write(key, oldValues[at] ?? 0)
  }
  /** Those behind a hole move up, unless they stand before it by right: nobody finds what lies beyond one. */
  const close = (from: number) => {
    const mask = keys.length - 1
    let hole = from
    for (let at = (hole + 1) & mask; keys[at] !== FREE; at = (at + 1) & mask) {
      const key = keys[at] ?? FREE
      if (((at - hashOf(key)) & mask) < ((at - hole) & mask)) continue
      keys[hole] = key
      values[hole] = values[at] ?? 0
      hole = at
    }
    keys[hole] = FREE
  }
  return {
    get(key) {
      const at = placeOf(key)
      return keys[at] === key ? values[at] : undefined
    },
    set(key, value) {
      if (2 * size >= keys.length) grow()
      write(key, value)
    },
    delete(key) {
      const at = placeOf(key)
      if (keys[at] !== key) return
      size -= 1
      close(at)
    },
    size: () => size,
  }
}

/** Both halves of the number take part, and the low bits of the hash are as good as the high ones. */
const hashOf = (key: number): number => {
  const mixed = Math.imul((key % 2 ** 32) ^ Math.imul(Math.floor(key / 2 ** 32), 0x9e3779b1), 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}
