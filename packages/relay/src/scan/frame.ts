import { type ParsedBatch, parseBatch } from '@wmkt/protocol/parse'

/** What stands in a batch beside its items. */
export type Frame = Omit<ParsedBatch, 'items'>

const SENT_AT = '"sentAt"'
/** Up to fifteen digits are a number exactly, and nothing else is. */
const NUMBER = /:(0|[1-9]\d{0,14})(?=[,}])/y
/** A site's tags say the same each time; a stranger may say what he likes. */
const MAX_KNOWN = 64

/**
 * A frame's JSON → what it says; undefined when it is none. But for the time of the sending, what tags say beside their
 * items is nearly always what was said before, and need not be parsed again.
 */
export const createFrameReader = (): ((text: string) => Frame | undefined) => {
  const known = new Map<string, Frame>()
  const remembered = (rest: string): Frame | undefined => {
    const before = known.get(rest)
    if (before) return before
    const frame = parsed(rest)
    if (frame && known.size < MAX_KNOWN) known.set(rest, frame)
    return frame
  }
  return (text) => {
    const at = text.indexOf(SENT_AT) + SENT_AT.length
    NUMBER.lastIndex = at
    const digits = at < SENT_AT.length ? undefined : NUMBER.exec(text)?.[1]
    // With another object in it, or the name once more, it may be somebody else's time.
    if (digits === undefined || isTwiceIn(text, SENT_AT) || isTwiceIn(text, '{')) return parsed(text)
    const frame = remembered(`${text.slice(0, at)}:0${text.slice(at + 1 + digits.length)}`)
    return frame && { ...frame, sentAt: Number(digits) }
  }
}

export const isTwiceIn = (text: string, part: string): boolean =>
  text.indexOf(part) !== text.lastIndexOf(part)

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
