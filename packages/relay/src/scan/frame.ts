import { type ParsedBatch, parseBatch } from '@wmkt/protocol/parse'
import type { Body } from './body.ts'
import { isKnownAt, type KnownText, knownText } from './known-text.ts'
import { endOfNumber, wholeIn } from './number.ts'
import { NOT_PLAIN } from './text.ts'

/** What stands in a batch beside its items. */
export type Frame = Omit<ParsedBatch, 'items'>

/** A body, and where its items begin and end → what stands beside them; undefined when it is no frame, or may have others. */
export type ReadFrame = (body: Body, from: number, to: number) => Frame | undefined

const ITEMS = '"items"'
const SENT_AT = '"sentAt"'
/** Up to fifteen digits are a number exactly, and nothing else is. */
const NUMBER = /:(0|[1-9]\d{0,14})(?=[,}])/y
/** Of what stands beside the items, in bytes: there is little to say. */
export const MAX_FRAME = 1_024
/** A site's tags say the same each time; a stranger may say what he likes. */
const MAX_KNOWN = 64

/** What is said again and again but for the time of the sending: what is before the two holes, between and behind them, in which that time and the items are. */
type KnownFrame = { frame: Frame; isTimeFirst: boolean; head: KnownText; middle: KnownText; tail: KnownText }

/** What tags say beside their items is nearly always what was said before, and need not be parsed again. */
export const createFrameReader = (): ReadFrame => {
  const known = new Map<string, KnownFrame>()
  let last: KnownFrame | undefined
  const knownOf = ({ isTimeFirst, head, middle, tail }: Parts): KnownFrame | undefined => {
    const rest = `${head}0${middle}0${tail}`
    const found = known.get(rest)
    if (found) return found
    const frame = parsed(rest)
    if (!frame) return undefined
    const texts = { head: knownText(head), middle: knownText(middle), tail: knownText(tail) }
    const made = { frame, isTimeFirst, ...texts }
    if (known.size < MAX_KNOWN) known.set(rest, made)
    return made
  }
  const readText = (before: string, behind: string): Frame | undefined => {
    const text = `${before}0${behind}`
    // Were there other items too, or a name of them in another spelling, they might be the ones that count.
    if (text.includes('\\') || isTwiceIn(text, ITEMS)) return undefined
    const parts = partsOf(before, behind)
    if (!parts) return parsed(text)
    last = knownOf(parts)
    return last && { ...last.frame, sentAt: Number(parts.digits) }
  }
  return (body, from, to) => {
    const { bytes } = body
    if (bytes.length - to > MAX_FRAME) return undefined
    const again = last && readAgain(last, body, from, to)
    return again ?? readText(bytes.toString('utf8', 0, from), bytes.toString('utf8', to))
  }
}

/** The frame, where nothing but its time is another one than in the one before. */
const readAgain = (known: KnownFrame, body: Body, from: number, to: number): Frame | undefined => {
  const { bytes } = body
  const { frame, isTimeFirst, head, middle, tail } = known
  const digitsFrom = isTimeFirst ? head.length : to + middle.length
  const digitsTo = endOfNumber(bytes, digitsFrom)
  if (digitsTo === NOT_PLAIN) return undefined
  const [items, digits] = [
    { from, to },
    { from: digitsFrom, to: digitsTo },
  ]
  const [first, second] = isTimeFirst ? [digits, items] : [items, digits]
  const isBetween = (text: KnownText, begin: number, end: number): boolean =>
    text.length === end - begin && isKnownAt(body, begin, text)
  if (!isBetween(head, 0, first.from) || !isBetween(middle, first.to, second.from)) return undefined
  if (!isBetween(tail, second.to, bytes.length)) return undefined
  const sentAt = wholeIn(bytes, digitsFrom, digitsTo)
  return sentAt === undefined ? undefined : { ...frame, sentAt }
}

/** A frame, cut where the digits of its time are, and where its items are. */
type Parts = { isTimeFirst: boolean; head: string; middle: string; tail: string; digits: string }

/** Undefined where there is another object, or the name once more: it may then be somebody else's time. */
const partsOf = (before: string, behind: string): Parts | undefined => {
  const text = before + behind
  const isTimeFirst = before.includes(SENT_AT)
  const side = isTimeFirst ? before : behind
  const at = side.indexOf(SENT_AT) + SENT_AT.length
  NUMBER.lastIndex = at
  const digits = at < SENT_AT.length ? undefined : NUMBER.exec(side)?.[1]
  if (digits === undefined || isTwiceIn(text, SENT_AT) || isTwiceIn(text, '{')) return undefined
  const [left, right] = [side.slice(0, at + 1), side.slice(at + 1 + digits.length)]
  return isTimeFirst
    ? { isTimeFirst, head: left, middle: right, tail: behind, digits }
    : { isTimeFirst, head: before, middle: left, tail: right, digits }
}

const isTwiceIn = (text: string, part: string): boolean => text.indexOf(part) !== text.lastIndexOf(part)

const parsed = (text: string): Frame | undefined => {
  try {
    const batch = parseBatch(JSON.parse(text))
    if (!batch.ok) return undefined
    const { items: _, ...frame } = batch.batch
    return frame
  } catch {
    return undefined
  }
}
