import type { Item } from '@wmkt/protocol'

/**
 * 8 bytes of an item's content without `occurredAt` and `trackerId`: a tag may learn the tracker ID between two
 * attempts. The order of keys matters: a sender that repeats an item repeats its bytes, and sorting would cost every
 * item for the sake of none. It tells mistakes apart; it does not withstand an attacker, who could only conflict with himself.
 */
export const fingerprintOf = (item: Item): Uint8Array =>
  item.kind === 'event' ? digest(item.eventType, item.data) : digest(item.userData, item.nodeData)

/** What stands before a value, so that values of different types never look alike. */
const TAG = { text: 1, whole: 2, number: 3, true: 4, false: 5, null: 6, list: 7, object: 8, end: 9 } as const

/**
 * Two 32-bit lanes, each unit mixed into both, crossed at the end (murmur's finalizer). It walks values as they are:
 * writing them as JSON first costs as much again.
 */
const digest = (() => {
  let left = 0
  let right = 0
  const double = new Float64Array(1)
  const words = new Int32Array(double.buffer)

  const absorb = (unit: number) => {
    left = Math.imul(left ^ unit, 0xcc9e2d51)
    left = (left << 13) | (left >>> 19)
    right = Math.imul(right ^ unit, 0x1b873593)
    right = (right << 15) | (right >>> 17)
  }
  const absorbText = (text: string) => {
    absorb(TAG.text)
    absorb(text.length)
    for (let at = 0; at < text.length; at += 1) absorb(text.charCodeAt(at))
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
  const absorbMembers = (object: object) => {
    absorb(Array.isArray(object) ? TAG.list : TAG.object)
    for (const [key, value] of Object.entries(object)) {
      absorbText(key)
      absorbValue(value)
    }
    absorb(TAG.end)
  }
  const absorbValue = (value: unknown): void => {
    if (typeof value === 'string') absorbText(value)
    else if (typeof value === 'number') absorbNumber(value)
    else if (typeof value === 'object' && value !== null) absorbMembers(value)
    else absorb(value === true ? TAG.true : value === false ? TAG.false : TAG.null)
  }
  return (first: unknown, second: unknown): Uint8Array => {
    left = 0x9e3779b1
    right = 0x85ebca6b
    absorbValue(first)
    absorbValue(second)
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeInt32LE(mix(left) ^ mix(right), 0)
    bytes.writeInt32LE(mix(right + left), 4)
    return bytes
  }
})()

const mix = (word: number): number => {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
