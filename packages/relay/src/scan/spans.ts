import { CLOSE_OBJECT, COMMA, QUOTE } from './text.ts'

/** Where the members of a plain event lie in its body; texts with their quotes. A member that is not there ends where it begins. */
export type EventSpans = {
  typeFrom: number
  typeTo: number
  nonceFrom: number
  nonceTo: number
  trackerFrom: number
  trackerTo: number
  timeFrom: number
  timeTo: number
  dataFrom: number
  dataTo: number
}

const headOf = (name: string): Buffer => Buffer.from(`"${name}":`)
const KIND = Buffer.from('"kind":"event"')
const NONCE = headOf('nonce')
const EVENT_TYPE = headOf('eventType')
const OCCURRED_AT = headOf('occurredAt')
const TRACKER_ID = headOf('trackerId')
const DATA = headOf('data')

/** @param from of the brace of an event that the scanner has taken before; its end is not looked for, but known */
export const spansOf = (bytes: Uint8Array, from: number, to: number): EventSpans | undefined => {
  const spans = noSpans()
  for (let at = from + 1; at < to; at += 1) {
    if (isHead(bytes, at, DATA)) return withData(spans, bytes, at + DATA.length, to)
    at = memberAt(bytes, at, spans)
    if (at < 0 || bytes[at] !== COMMA) return undefined
  }
  return undefined
}

/** In one literal: spread together, it would take as long as all the rest. */
const noSpans = (): EventSpans => ({
  typeFrom: 0,
  typeTo: 0,
  nonceFrom: 0,
  nonceTo: 0,
  trackerFrom: 0,
  trackerTo: 0,
  timeFrom: 0,
  timeTo: 0,
  dataFrom: 0,
  dataTo: 0,
})

/** Data are what a tag writes last: then they end just before the event does. */
const withData = (spans: EventSpans, bytes: Uint8Array, from: number, to: number): EventSpans | undefined => {
  const isWhole = spans.typeTo > 0 && spans.nonceTo > 0 && bytes[to - 1] === CLOSE_OBJECT
  if (!isWhole || bytes[to - 2] !== CLOSE_OBJECT) return undefined
  spans.dataFrom = from
  spans.dataTo = to - 1
  return spans
}

/** Notes the member that begins here. Returns where it ends, below 0 when it is none of those known. */
const memberAt = (bytes: Uint8Array, at: number, spans: EventSpans): number => {
  if (isHead(bytes, at, KIND)) return at + KIND.length
  if (isHead(bytes, at, NONCE)) {
    spans.nonceFrom = at + NONCE.length
    spans.nonceTo = endOfToken(bytes, spans.nonceFrom)
    return spans.nonceTo
  }
  if (isHead(bytes, at, EVENT_TYPE)) {
    spans.typeFrom = at + EVENT_TYPE.length
    spans.typeTo = endOfToken(bytes, spans.typeFrom)
    return spans.typeTo
  }
  if (isHead(bytes, at, OCCURRED_AT)) {
    spans.timeFrom = at + OCCURRED_AT.length
    spans.timeTo = endOfNumber(bytes, spans.timeFrom)
    return spans.timeTo
  }
  if (!isHead(bytes, at, TRACKER_ID)) return -1
  spans.trackerFrom = at + TRACKER_ID.length
  spans.trackerTo = endOfToken(bytes, spans.trackerFrom)
  return spans.trackerTo
}

const isHead = (bytes: Uint8Array, from: number, head: Uint8Array): boolean => {
  for (let at = 0; at < head.length; at += 1) if (bytes[from + at] !== head[at]) return false
  return true
}

/** Behind the quote of a text without escapes, as these all are. */
const endOfToken = (bytes: Uint8Array, from: number): number => {
  if (bytes[from] !== QUOTE) return -1
  let at = from + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += 1
  return at + 1
}

const endOfNumber = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (at < bytes.length && bytes[at] !== COMMA) at += 1
  return at
}

const ZERO = 0x30

/** The number that is written there; nearly all are whole. */
export const numberIn = (bytes: Buffer, from: number, to: number): number => {
  let value = 0
  for (let at = from; at < to; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO
    if (digit < 0 || digit > 9) return Number(bytes.toString('latin1', from, to))
    value = 10 * value + digit
  }
  return value
}
