import type { EventItem, InteractionItem } from '@wmkt/protocol'
import { parseBatch, parseItem } from '@wmkt/protocol/parse'
import { parseJson } from './collect/json.ts'
import { type EventLayout, layoutBytes, layoutOf, layoutsAt, writeLayouts } from './layout.ts'
import { openPack } from './pack.ts'
import { createSlab } from './slab.ts'
import { dateOf } from './stamp/date.ts'

/** What was noted when a batch arrived; kept beside its raw body so that stamping can be done again, alike, at any time. */
export type RecordHead = {
  /** Epoch ms on the relay's clock. */
  receivedAt: number
  /** Epoch ms on the sender's clock. */
  sentAt?: number | undefined
  /** From the request's tracker cookie. */
  trackerId?: string | undefined
  /** Posted with a server key, or by this process itself. */
  keyed?: boolean
  /** Mark of the glance at which all items were plain; kept where it is known where they lie. */
  judgedBy?: number | undefined
}

type Stamp = {
  /** RFC 3339, UTC, milliseconds. */
  date: string
  /** The date could not be trusted and became the time of receipt. */
  dateUntrusted: boolean
}

/** An item with its date and tracker ID decided: what the forwarder delivers. */
export type StampedItem = (EventItem & Stamp) | (InteractionItem & Stamp)

/** Reads a record; index is the item's place in it. The places of items that were rejected stay empty. */
export type DecodeRecord = (record: Uint8Array) => readonly StampedItem[]

// form (1) | flags (1) | receivedAt (8, double) | sentAt (8, double) | length of the tracker ID (1) | tracker ID
// | judgedBy (6), if there is one | where items lie, if that is known: layout.ts | body
const FORM = 1
const KEYED = 1
const SENT_AT = 2
/** Where items began, in records of before: count (1), positions (4 each). They are passed over, and the body is parsed. */
const STARTS = 4
const JUDGED = 8
const LAYOUTS = 16
const FIXED_BYTES = 19
const JUDGED_BYTES = 6
const KNOWN_FLAGS = KEYED | SENT_AT | STARTS | JUDGED | LAYOUTS

const slab = createSlab()

/**
 * Head and raw body, as they lie in the outbox. The body is kept as it came, only inflated.
 *
 * @param layouts of the items in the body, where all of them are plain events
 * @param roomFor gives the room that the record is written into
 */
export const encodeRecord = (
  head: RecordHead,
  body: Uint8Array,
  layouts?: readonly EventLayout[],
  roomFor: (bytes: number) => Buffer = slab,
): Buffer => {
  const trackerId = head.trackerId ?? ''
  const judgedAt = FIXED_BYTES + trackerId.length
  const judgedBy = layouts && head.judgedBy
  const layoutsFrom = judgedAt + (judgedBy === undefined ? 0 : JUDGED_BYTES)
  const bodyAt = layoutsFrom + (layouts ? layoutBytes(layouts.length) : 0)
  const record = roomFor(bodyAt + body.length)
  record[0] = FORM
  const placing = (layouts ? LAYOUTS : 0) | (judgedBy === undefined ? 0 : JUDGED)
  record[1] = (head.keyed ? KEYED : 0) | (head.sentAt === undefined ? 0 : SENT_AT) | placing
  record.writeDoubleLE(head.receivedAt, 2)
  record.writeDoubleLE(head.sentAt ?? 0, 10)
  record[18] = trackerId.length
  record.write(trackerId, FIXED_BYTES, 'latin1')
  if (judgedBy !== undefined) record.writeUIntLE(judgedBy, judgedAt, JUDGED_BYTES)
  if (layouts) writeLayouts(record, layoutsFrom, layouts)
  record.set(body, bodyAt)
  return record
}

/** What is opened of a pack's records, each when it is first asked for, by the places of the pack. */
export const openByPlace = <Opened>(
  bytes: Uint8Array,
  open: (part: Buffer) => Opened,
): { openAt: (place: number) => Opened | undefined; indexOf: (place: number) => number } => {
  const { parts, partOf, indexOf } = openPack(bufferOf(bytes))
  const opened: Opened[] = []
  const openAt = (place: number): Opened | undefined => {
    const at = partOf(place)
    const part = parts[at]
    if (!part) return undefined
    opened[at] ??= open(part)
    return opened[at]
  }
  return { openAt, indexOf }
}

type ValueAt = (index: number) => unknown

export const valuesIn = ({ body, layouts }: OpenHead): ValueAt =>
  layouts ? placedIn(body, layouts) : parsedIn(body)

/** One item costs nothing of its neighbours: those of other lanes are read by others. */
const placedIn =
  (body: Buffer, layouts: Buffer): ValueAt =>
  (index) => {
    const layout = layoutOf(layouts, index)
    return layout && parseJson(body.subarray(layout.from, layout.to))
  }

const parsedIn = (body: Buffer): ValueAt => {
  const values = itemsIn(body)
  return (index) => values[index]
}

/** @throws Error when the bytes are no record */
export const decodeRecord: DecodeRecord = (bytes) => {
  const items: StampedItem[] = []
  const { parts, placeOf } = openPack(bufferOf(bytes))
  for (const [part, record] of parts.entries()) {
    const { head, body } = headOf(record)
    for (const [index, value] of itemsIn(body).entries()) {
      const item = stampedFrom(value, head)
      if (item) items[placeOf(part, index)] = item
    }
  }
  return items
}

export const stampedFrom = (value: unknown, head: RecordHead): StampedItem | undefined => {
  const parsed = parseItem(value)
  return parsed.ok ? stampedOf(parsed.item, head) : undefined
}

/**
 * A record → what cuts single items out of it: the same head, and a body of that item alone, at index 0.
 * Of the item only known members stay, as in what is delivered.
 *
 * @throws Error when the bytes are no record, or have no such item
 */
export const itemRecordsOf = (bytes: Uint8Array): ((place: number) => { record: Buffer; index: number }) => {
  const { openAt, indexOf } = openByPlace(bytes, cutOf)
  return (place) => {
    const record = openAt(place)?.(indexOf(place))
    if (!record) throw new Error(`a record without an item ${place}`)
    return { record, index: 0 }
  }
}

const cutOf = (record: Buffer): ((index: number) => Buffer) => {
  const opened = headOf(record)
  const valueAt = valuesIn(opened)
  return (index) => {
    const parsed = parseItem(valueAt(index))
    if (!parsed.ok) throw new Error(`a record without an item ${index}`)
    return encodeRecord(opened.head, Buffer.from(JSON.stringify({ items: [parsed.item] })))
  }
}

export const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/** Items of a body, as they came. @throws Error when it is no batch */
export const itemsIn = (body: Buffer): unknown[] => {
  const batch = parseBatch(parseJson(body))
  if (!batch.ok) throw new Error(`a record without a batch: ${batch.detail}`)
  return batch.batch.items
}

export type OpenHead = { head: RecordHead; body: Buffer; layouts: Buffer | undefined }

export const headOf = (record: Buffer): OpenHead => {
  if (record[0] !== FORM || record.length < FIXED_BYTES) throw new Error('a record of unknown form')
  const flags = record[1] ?? 0
  if ((flags & ~KNOWN_FLAGS) !== 0) throw new Error('a record of a later version')
  const judgedAt = FIXED_BYTES + (record[18] ?? 0)
  const layoutsFrom = judgedAt + ((flags & JUDGED) === 0 ? 0 : JUDGED_BYTES)
  const layouts = (flags & LAYOUTS) === 0 ? undefined : layoutsAt(record, layoutsFrom)
  const trackerId = record.toString('latin1', FIXED_BYTES, judgedAt)
  const head: RecordHead = { receivedAt: record.readDoubleLE(2), keyed: (flags & KEYED) !== 0 }
  if (flags & SENT_AT) head.sentAt = record.readDoubleLE(10)
  if (flags & JUDGED) head.judgedBy = record.readUIntLE(judgedAt, JUDGED_BYTES)
  if (trackerId) head.trackerId = trackerId
  const startBytes = (flags & STARTS) === 0 ? 0 : 1 + 4 * (record[layoutsFrom] ?? 0)
  return { head, body: record.subarray(layoutsFrom + startBytes + (layouts?.length ?? 0)), layouts }
}

/** The parser made the item anew: it is completed in place, as a copy would cost more than its date. */
const stampedOf = (item: EventItem | InteractionItem, head: RecordHead): StampedItem => {
  if (item.kind === 'event' && item.trackerId === undefined && head.trackerId !== undefined)
    item.trackerId = head.trackerId
  return Object.assign(item, dateOf(item.occurredAt, head))
}
