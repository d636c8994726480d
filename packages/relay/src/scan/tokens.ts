import { NONCE_PATTERN, TRACKER_ID_PATTERN } from '@wmkt/protocol'
import { NOT_PLAIN, QUOTE } from './text.ts'

/** Where the text ends whose quote is at `from`, if it is a token; otherwise NOT_PLAIN. */
type EndOfToken = (bytes: Uint8Array, from: number) => number

/** A pattern of some letters, each of which may stand anywhere, and of a length: as a table. A test holds them together. */
const tokenOf = (pattern: RegExp): EndOfToken => {
  const letters = Uint8Array.from({ length: 256 }, (_, byte) =>
    byte < 128 && pattern.test(String.fromCharCode(byte)) ? 1 : 0,
  )
  const longest = lengthIn(pattern)
  return (bytes, from) => {
    if (bytes[from] !== QUOTE) return NOT_PLAIN
    let at = from + 1
    while (letters[bytes[at] ?? QUOTE] === 1) at += 1
    const length = at - from - 1
    return bytes[at] === QUOTE && length > 0 && length <= longest ? at + 1 : NOT_PLAIN
  }
}

const lengthIn = ({ source }: RegExp): number => Number(/\{1,(\d+)\}\$$/.exec(source)?.[1])

export const endOfNonce = tokenOf(NONCE_PATTERN)
export const endOfTrackerId = tokenOf(TRACKER_ID_PATTERN)
