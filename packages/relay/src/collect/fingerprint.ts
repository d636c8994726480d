import { type Item, MAX_DEPTH, MAX_KEYS } from '@wmkt/protocol'

/**
 * 8 bytes of an item's content without `occurredAt` and `trackerId`: a tag may learn the tracker ID between two
 * attempts. The order of keys matters: a sender that repeats an item repeats its bytes, and sorting would cost every
 * item for the sake of none. It tells mistakes apart; it does not withstand an attacker, who could only conflict with himself.
 */
export const fingerprintOf = (item: Item): Uint8Array =>
  item.kind === 'event' ? digest(item.eventType, item.data) : digest(item.userData, item.nodeData)

/**
 * The same of an event's parts that nobody has looked into yet; undefined when there is anything about them that the
 * parser may refuse: nesting, keys, text. One walk finds both out.
 */
export const fingerprintIfPlain = (eventType: string, data: object): Uint8Array | undefined => {
  const fingerprint = digest(eventType, data)
  return digest.sawOddity() ? undefined : fingerprint
}

/** What stands before a value, so that values of different types never look alike. */
const TAG = { text: 1, whole: 2, number: 3, true: 4, false: 5, null: 6, list: 7, object: 8, end: 9 } as const

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])
const SHORTEST_FORBIDDEN = 9
/** Set in every UTF-16 unit that may be a surrogate, and in no letter of the Latin alphabet. */
const HIGH_BITS = 0xf800

/**
 * Two 32-bit lanes, each unit mixed into both, crossed at the end (murmur's finalizer). It walks values as they are:
 * writing them as JSON first costs as much again.
 */
const digest = (() => {
  let left = 0
  let right = 0
  let keys = 0
  let isOdd = false
  const double = new Float64Array(1)
  const words = new Int32Array(double.buffer)

  const absorb = (unit: number) => {
    left = Math.imul(left ^ unit, 0xcc9e2d51)
    left = (left << 13) | (left >>> 19)
    right = Math.imul(right ^ unit, 0x1b873593)
    right = (right << 15) | (right >>> 17)
  }
  const absorbText = (text: string) => {
    const { length } = text
    let all = 0
    absorb(TAG.text + length * 16)
    // Two units a step: texts are most of what there is.
    for (let at = 0; at + 1 < length; at += 2) {
      const [one, two] = [text.charCodeAt(at), text.charCodeAt(at + 1)]
      all |= one | two
      absorb(one | (two << 16))
    }
    if (length % 2 === 1) {
      all |= text.charCodeAt(length - 1)
      absorb(text.charCodeAt(length - 1))
    }
    if ((all & HIGH_BITS) !== 0 && !text.isWellFormed()) isOdd = true
  }
  const absorbNumber = (number: number) => {
    if (number === (number | 0)) {
      absorb(TAG.whole)
      return absorb(number | 0)
    }
    double[0] = number
    absorb(TAG.number)
    for (const word of words) absorb(word)
  }
  const count = (more: number) => {
    keys += more
    if (keys > MAX_KEYS) isOdd = true
  }
  const absorbList = (list: readonly unknown[], depth: number) => {
    absorb(TAG.list)
    count(list.length)
    for (const value of list) absorbValue(value, depth + 1)
    absorb(TAG.end)
  }
  const absorbObject = (object: object, depth: number) => {
    absorb(TAG.object)
    const names = Object.keys(object)
    count(names.length)
    for (const name of names) {
      if (name.length >= SHORTEST_FORBIDDEN && FORBIDDEN.has(name)) isOdd = true
      absorbText(name)
      absorbValue((object as Record<string, unknown>)[name], depth + 1)
    }
    absorb(TAG.end)
  }
  const absorbMembers = (object: object, depth: number) => {
    // Nobody descends into what the parser will refuse.
    if (depth > MAX_DEPTH || isOdd) isOdd = true
    else if (Array.isArray(object)) absorbList(object, depth)
    else absorbObject(object, depth)
  }
  const absorbValue = (value: unknown, depth: number): void => {
    if (typeof value === 'string') absorbText(value)
    else if (typeof value === 'number') absorbNumber(value)
    else if (typeof value === 'object' && value !== null) absorbMembers(value, depth)
    else absorb(value === true ? TAG.true : value === false ? TAG.false : TAG.null)
  }
  const absorbRoot = (value: unknown) => {
    keys = 0
    absorbValue(value, 1)
  }
  const digestOf = (first: unknown, second: unknown): Uint8Array => {
    left = 0x9e3779b1
    right = 0x85ebca6b
    isOdd = false
    absorbRoot(first)
    absorbRoot(second)
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeInt32LE(mix(left) ^ mix(right), 0)
    bytes.writeInt32LE(mix(right + left), 4)
    return bytes
  }
  return Object.assign(digestOf, { sawOddity: () => isOdd })
})()

const mix = (word: number): number => {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
