import { NONCE_PATTERN, TRACKER_ID_PATTERN } from '@wmkt/protocol'

type IsToken = (bytes: Uint8Array, from: number, to: number) => boolean

/** A pattern of some letters, each of which may stand anywhere, and of a length: as a table. A test holds them together. */
const tokenOf = (pattern: RegExp): IsToken => {
  const letters = Uint8Array.from({ length: 256 }, (_, byte) =>
    byte < 128 && pattern.test(String.fromCharCode(byte)) ? 1 : 0,
  )
  const longest = lengthIn(pattern)
  return (bytes, from, to) => {
    if (to === from || to - from > longest) return false
    for (let at = from; at < to; at += 1) if (letters[bytes[at] ?? 0] !== 1) return false
    return true
  }
}

const lengthIn = ({ source }: RegExp): number => Number(/\{1,(\d+)\}\$$/.exec(source)?.[1])

export const isNonce = tokenOf(NONCE_PATTERN)
export const isTrackerId = tokenOf(TRACKER_ID_PATTERN)
