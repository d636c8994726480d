import { NOT_PLAIN } from './text.ts'

const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
/** So many digits come out of a double as they went in. */
const MAX_DIGITS = 15
/** What is smaller is written with an exponent. */
const MAX_DECIMALS = 6

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= ZERO + 9

const endOfDigits = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (isDigit(bytes[at])) at += 1
  return at
}

/** Where the number that begins at `from` ends, if it is written as `JSON.stringify` would write it. */
export const endOfNumber = (bytes: Uint8Array, from: number): number => {
  const begin = bytes[from] === MINUS ? from + 1 : from
  const whole = endOfDigits(bytes, begin)
  if (whole === begin || (bytes[begin] === ZERO && whole > begin + 1)) return NOT_PLAIN
  const end = bytes[whole] === POINT ? endOfDecimals(bytes, whole + 1) : whole
  if (end === NOT_PLAIN || end - begin > MAX_DIGITS || isExponent(bytes[end])) return NOT_PLAIN
  const isMinusZero = begin > from && end === begin + 1 && bytes[begin] === ZERO
  return isMinusZero ? NOT_PLAIN : end
}

/** The whole number whose digits are all that lies there; undefined when something else does. */
export const wholeIn = (bytes: Uint8Array, from: number, to: number): number | undefined => {
  if (from === to) return undefined
  let value = 0
  for (let at = from; at < to; at += 1) {
    if (!isDigit(bytes[at])) return undefined
    value = 10 * value + (bytes[at] ?? 0) - ZERO
  }
  return value
}

const endOfDecimals = (bytes: Uint8Array, from: number): number => {
  const end = endOfDigits(bytes, from)
  return end === from || end - from > MAX_DECIMALS || bytes[end - 1] === ZERO ? NOT_PLAIN : end
}

const isExponent = (byte: number | undefined): boolean => byte === 0x65 || byte === 0x45
