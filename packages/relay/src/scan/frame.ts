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

/** What is said again and again but for the time of the sending: what is before that, what is between it and the items, and what is behind these. */
type KnownFrame = { frame: Frame; head: KnownText; middle: KnownText; tail: KnownText }

/** What tags say beside their items is nearly always what was said before, and need not be parsed again. */
export const createFrameReader = (): ReadFrame => {
  const known = new Map<string, KnownFrame>()
  let last: KnownFrame | undefined
  const knownOf = ({ before, between, behind }: Parts): KnownFrame | undefined => {
    const rest = `${before}0${between}0${behind}`
    const found = known.get(rest)
    if (found) return found
    const frame = parsed(rest)
    if (!frame) return undefined
    const made = { frame, head: knownText(before), middle: knownText(between), tail: knownText(behind) }
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
const readAgain = (
  { frame, head, middle, tail }: KnownFrame,
  body: Body,
  from: number,
  to: number,
): Frame | undefined => {
  if (!isKnownAt(body, 0, head)) return undefined
  const end = endOfNumber(body.bytes, head.length)
  if (end === NOT_PLAIN || end + middle.length !== from || !isKnownAt(body, end, middle)) return undefined
  if (to + tail.length !== body.bytes.length || !isKnownAt(body, to, tail)) return undefined
  const sentAt = wholeIn(body.bytes, head.length, end)
  return sentAt === undefined ? undefined : { ...frame, sentAt }
}

/** A frame, cut where the digits of its time are, and where its items are. */
type Parts = { before: string; digits: string; between: string; behind: string }

/** Undefined where the time is behind the items; and with another object, or the name once more, as it may then be somebody else's time. */
const partsOf = (before: string, behind: string): Parts | undefined => {
  const text = before + behind
  const at = before.indexOf(SENT_AT) + SENT_AT.length
  NUMBER.lastIndex = at
  const digits = at < SENT_AT.length ? undefined : NUMBER.exec(before)?.[1]
  if (digits === undefined || isTwiceIn(text, SENT_AT) || isTwiceIn(text, '{')) return undefined
  const begin = at + 1
  return { before: before.slice(0, begin), digits, between: before.slice(begin + digits.length), behind }
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
