import fc from 'fast-check'

/**
 * Any character but half a surrogate pair: the unit of a text. fast-check's own, `binary`, first lists all 1.1 million of them, for a
 * second of each worker.
 */
export const codePoint = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map(
    (code) => String.fromCodePoint(code),
    (text) => {
      if (typeof text !== 'string' || [...text].length !== 1) throw new Error('not one character')
      return text.codePointAt(0) ?? 0
    },
  )

/** A path of a URL, its segments of any characters. */
export const pathText = fc
  .array(fc.string({ unit: codePoint }))
  .map((segments) => segments.map((segment) => `/${encodeURIComponent(segment)}`).join(''))
