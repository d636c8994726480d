import { MAX_DEPTH, MAX_KEYS } from '@wmkt/protocol'
import type { Body } from './body.ts'
import { endOfNumber } from './number.ts'
import { noteKey, type OpenKeys } from './open-keys.ts'
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  endOfText,
  NOT_PLAIN,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from './text.ts'

/** `keys`: keys and elements that an item may still have; `open`: those of the objects within that are not yet closed. */
export type Budget = { keys: number; readonly open: OpenKeys }

export const fullBudget = (): Budget => ({ keys: MAX_KEYS, open: [] })

const WORDS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')]

/** Where the value that begins at `from` ends. `depth`: of what it is in, the outermost object being 1. */
export const endOfValue = (body: Body, from: number, depth: number, budget: Budget): number => {
  switch (body.bytes[from]) {
    case QUOTE: {
      const end = endOfText(body, from + 1)
      return end === NOT_PLAIN ? NOT_PLAIN : end + 1
    }
    case OPEN_OBJECT:
      return depth < MAX_DEPTH ? endOfMembers(body, from + 1, depth + 1, budget) : NOT_PLAIN
    case OPEN_LIST:
      return depth < MAX_DEPTH ? endOfElements(body, from + 1, depth + 1, budget) : NOT_PLAIN
    default: {
      const end = endOfNumber(body.bytes, from)
      return end === NOT_PLAIN ? endOfWord(body.bytes, from) : end
    }
  }
}

const endOfWord = (bytes: Buffer, from: number): number => {
  for (const word of WORDS)
    if (
      bytes[from] === word[0] &&
      bytes.compare(word, 0, word.length, from, Math.min(from + word.length, bytes.length)) === 0
    )
      return from + word.length
  return NOT_PLAIN
}

const endOfElements = (body: Body, from: number, depth: number, budget: Budget): number => {
  const { bytes } = body
  if (bytes[from] === CLOSE_LIST) return from + 1
  for (let at = from; ; at += 1) {
    at = takeKey(budget) ? endOfValue(body, at, depth, budget) : NOT_PLAIN
    if (at === NOT_PLAIN) return NOT_PLAIN
    if (bytes[at] === CLOSE_LIST) return at + 1
    if (bytes[at] !== COMMA) return NOT_PLAIN
  }
}

const endOfMembers = (body: Body, from: number, depth: number, budget: Budget): number => {
  const { bytes } = body
  const { open } = budget
  const mark = open.length
  if (bytes[from] === CLOSE_OBJECT) return from + 1
  for (let at = from; ; at += 1) {
    const colon = endOfKey(body, at, budget)
    if (colon === NOT_PLAIN || !noteKey(bytes, open, mark, at + 1, colon - 1)) return NOT_PLAIN
    at = endOfValue(body, colon + 1, depth, budget)
    if (at === NOT_PLAIN || (bytes[at] !== CLOSE_OBJECT && bytes[at] !== COMMA)) return NOT_PLAIN
    if (bytes[at] === COMMA) continue
    open.length = mark
    return at + 1
  }
}

/** Whether there may be one more key. */
export const takeKey = (budget: Budget): boolean => {
  budget.keys -= 1
  return budget.keys >= 0
}

/** Where the colon behind the key stands whose quote is at `from`. */
export const endOfKey = (body: Body, from: number, budget: Budget): number => {
  const { bytes } = body
  if (!takeKey(budget) || bytes[from] !== QUOTE) return NOT_PLAIN
  const end = endOfText(body, from + 1)
  if (end === NOT_PLAIN || bytes[end + 1] !== COLON) return NOT_PLAIN
  return isPlainKey(bytes, from + 1, end) ? end + 1 : NOT_PLAIN
}

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
/** By length: a look at a set would cost as much as the rest of the key. */
const MAY_BE_FORBIDDEN = Uint8Array.from({ length: 12 }, (_, length) =>
  [...FORBIDDEN].some((key) => key.length === length) ? 1 : 0,
)

/** Keys that look like numbers are put first by whoever makes an object of them; others are refused. */
const isPlainKey = (bytes: Buffer, from: number, to: number): boolean => {
  const first = bytes[from] ?? 0
  if (first >= 0x30 && first <= 0x39) return false
  return MAY_BE_FORBIDDEN[to - from] !== 1 || !FORBIDDEN.has(bytes.toString('latin1', from, to))
}
