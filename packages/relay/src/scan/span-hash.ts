import { type Fingerprint, fingerprintFrom } from '../outbox/fingerprint.ts'
import type { Body } from './body.ts'

/** Two lanes of 32 bits, words mixed into the one and the other by turns, and crossed at the end (murmur's finalizer). It is no defence. */
export interface SpanHash {
  begin(): void
  /** The bytes from `from` to `to`, and how many they are. */
  absorb(body: Body, from: number, to: number): void
  end(): Fingerprint
}

export const createSpanHash = (): SpanHash => {
  let left = 0
  let right = 0
  return {
    begin() {
      left = 0x9e3779b1
      right = 0x85ebca6b
    },
    absorb({ bytes, words }, from, to) {
      let one = mixLeft(left, to - from)
      let other = mixRight(right, to - from)
      let at = from
      for (; at + 7 < to; at += 8) {
        one = mixLeft(one, words.getInt32(at, true))
        other = mixRight(other, words.getInt32(at + 4, true))
      }
      for (; at < to; at += 1) {
        one = mixLeft(one, bytes[at] ?? 0)
        other = mixRight(other, bytes[at] ?? 0)
      }
      left = one
      right = other
    },
    end: () => fingerprintFrom(finished(left) ^ finished(right), finished(right + left)),
  }
}

const mixLeft = (lane: number, word: number): number => {
  const mixed = Math.imul(lane ^ word, 0xcc9e2d51)
  return (mixed << 13) | (mixed >>> 19)
}

const mixRight = (lane: number, word: number): number => {
  const mixed = Math.imul(lane ^ word, 0x1b873593)
  return (mixed << 15) | (mixed >>> 17)
}

const finished = (word: number): number => {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
