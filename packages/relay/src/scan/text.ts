import type { Body } from './body.ts'

/** What stands here is no JSON, or may be written in another way too: for the parser to say. */
export const NOT_PLAIN = -1

export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_LIST = 0x5b
export const CLOSE_LIST = 0x5d
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
const BACKSLASH = 0x5c
const SPACE = 0x20

/** What may follow a backslash, and would be written with one by `JSON.stringify` too. */
const ESCAPED: ReadonlySet<number | undefined> = new Set(Buffer.from('"\\bfnrt'))

/** Where the text that begins at `from`, behind its quote, has the other quote. */
export const endOfText = (body: Body, from: number): number => {
  let at = from
  for (;;) {
    const end = endOfBareText(body, at)
    if (end !== NOT_PLAIN) return end
    at = escapeFrom(body, at)
    if (at === NOT_PLAIN || !ESCAPED.has(body.bytes[at + 1])) return NOT_PLAIN
    at += 2
  }
}

/** The same of a text without escapes. Bytes beyond ASCII say themselves too: that they are UTF-8 is known. */
export const endOfBareText = (body: Body, from: number): number => {
  const end = endOfRun(body, from)
  return body.bytes[end] === QUOTE ? end : NOT_PLAIN
}

const escapeFrom = (body: Body, from: number): number => {
  const at = endOfRun(body, from)
  return body.bytes[at] === BACKSLASH ? at : NOT_PLAIN
}

const HIGH_BITS = 0x80808080
const ONES = 0x01010101
const QUOTES = QUOTE * ONES
const BACKSLASHES = BACKSLASH * ONES
const SPACES = SPACE * ONES

/** Where the first byte stands that is not part of a text as it is: a quote, a backslash, a control; or the end. */
const endOfRun = ({ bytes, words }: Body, from: number): number => {
  let at = from
  for (const last = bytes.length - 4; at <= last; at += 4) {
    const word = words.getInt32(at, true)
    // A high bit stays set for each byte that became zero, or for one beside it: the loop below looks closer.
    const quotes = word ^ QUOTES
    const slashes = word ^ BACKSLASHES
    const odd = ((quotes - ONES) & ~quotes) | ((slashes - ONES) & ~slashes) | ((word - SPACES) & ~word)
    if ((odd & HIGH_BITS) !== 0) break
  }
  while (at < bytes.length && isOfText(bytes[at] ?? 0)) at += 1
  return at
}

const isOfText = (byte: number): boolean => byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH
