import type { Body } from './body.ts'

/** A text that is looked for again and again, as its bytes, the first of them four at a time. */
export type KnownText = { readonly length: number; readonly words: Int32Array; readonly rest: Uint8Array }

export const knownText = (text: string): KnownText => {
  const bytes = Buffer.from(text)
  const words = Int32Array.from({ length: bytes.length >> 2 }, (_, word) => bytes.readInt32LE(4 * word))
  return { length: bytes.length, words, rest: Uint8Array.from(bytes.subarray(4 * words.length)) }
}

/** Whether it stands there. */
export const isKnownAt = ({ bytes, words }: Body, at: number, known: KnownText): boolean => {
  if (at + known.length > bytes.length) return false
  let from = at
  for (let word = 0; word < known.words.length; word += 1, from += 4)
    if (words.getInt32(from, true) !== known.words[word]) return false
  for (let byte = 0; byte < known.rest.length; byte += 1)
    if (bytes[from + byte] !== known.rest[byte]) return false
  return true
}
