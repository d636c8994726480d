import { isUtf8 } from 'node:buffer'
import { MAX_ITEMS } from '@wmkt/protocol'
import type { EventLayout } from '../layout.ts'
import { type Body, bodyOver } from './body.ts'
import { createEventScanner, type PlainEvent } from './event.ts'
import { createFrameReader, type Frame, MAX_FRAME } from './frame.ts'
import type { PlainTypes } from './plain-type.ts'
import { CLOSE_LIST, COMMA, NOT_PLAIN } from './text.ts'

/** A batch of plain events, and what is said beside them. */
export type PlainBatch = {
  frame: Frame
  events: PlainEvent[]
  /** Where in the body each event lies. */
  layouts: EventLayout[]
}

/** A body → the batch in it, if it is plain all through; otherwise undefined: the parser knows what to say. */
export type ScanBatch = (raw: Buffer, types: PlainTypes) => PlainBatch | undefined

const ITEMS_HEAD = Buffer.from('"items":[')

/**
 * Nearly every batch of a tag is plain. To parse it, judge it and take fingerprints of what was parsed is most of what
 * collecting costs; all that is to be known of it can be seen in one walk over its bytes.
 */
export const createBatchScanner = (): ScanBatch => {
  const scanner = createEventScanner()
  const readFrame = createFrameReader()
  return (raw, types) => {
    const head = raw.indexOf(ITEMS_HEAD)
    if (head < 0 || head > MAX_FRAME || !isUtf8(raw)) return undefined
    const events: PlainEvent[] = []
    const layouts: EventLayout[] = []
    const body = bodyOver(raw)
    const begin = head + ITEMS_HEAD.length
    const end = endOfEvents(body, begin, types, scanner, { events, layouts })
    const frame = end === NOT_PLAIN ? undefined : readFrame(body, begin, end)
    return frame && { frame, events, layouts }
  }
}

/** Where the bracket behind the last of them stands. */
const endOfEvents = (
  body: Body,
  from: number,
  types: PlainTypes,
  scanner: ReturnType<typeof createEventScanner>,
  { events, layouts }: Pick<PlainBatch, 'events' | 'layouts'>,
): number => {
  for (let at = from; events.length < MAX_ITEMS; at += 1) {
    const begin = at
    at = scanner.read(body, begin, types)
    if (at === NOT_PLAIN) return NOT_PLAIN
    events.push(scanner.event(events.length))
    layouts.push(scanner.layout(begin, at))
    if (body.bytes[at] === CLOSE_LIST) return at
    if (body.bytes[at] !== COMMA) return NOT_PLAIN
  }
  return NOT_PLAIN
}
