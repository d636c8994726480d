import { type EventLayout, KIND_BYTES, layoutOf, timeIn } from './layout.ts'
import { headOf, type OpenHead, openByPlace, type StampedItem, stampedFrom, valuesIn } from './record.ts'
import { CLOSE_OBJECT, OPEN_OBJECT } from './scan/text.ts'
import { dateOf } from './stamp/date.ts'

/** An event that was plain when it came, as it lies in its record, with its date decided. */
export type PlainItem = {
  /** Of its batch. */
  bytes: Buffer
  layout: EventLayout
  date: string
  /** Of the batch, which counts when the event has none of its own. */
  trackerId: string | undefined
  /** Mark of the glance at which it was plain. */
  judgedBy: number | undefined
}

/** The same an item at a time, by its place: reading one does not cost the others. */
export type RecordReader = {
  itemAt(place: number): StampedItem | undefined
  /** Undefined when the item has to be parsed. */
  plainAt(place: number): PlainItem | undefined
}

/** A record that lay in the outbox. */
export type OpenedRecord = RecordReader & {
  /** Whether it may be read on with: the key that opened it was not shredded since. */
  isReadable(): boolean
}

/** What opens records, sealed or not. @throws Error when it cannot, or the bytes are no record */
export type OpenRecord = (record: Uint8Array) => OpenedRecord

/** @throws Error when the bytes are no record */
export const openRecord = (bytes: Uint8Array): RecordReader => {
  const { openAt, indexOf } = openByPlace(bytes, openPart)
  return {
    itemAt: (place) => openAt(place)?.itemAt(indexOf(place)),
    plainAt: (place) => openAt(place)?.plainAt(indexOf(place)),
  }
}

const openPart = (part: Buffer): RecordReader => {
  const opened = headOf(part)
  const valueAt = valuesIn(opened)
  return {
    itemAt: (index) => stampedFrom(valueAt(index), opened.head),
    plainAt: plainIn(opened),
  }
}

/** Items whose layout was noted were plain: they can be sent without a parser. */
const plainIn = ({ head, body, layouts }: OpenHead): RecordReader['plainAt'] => {
  if (!layouts) return () => undefined
  const { trackerId, judgedBy } = head
  return (index) => {
    const layout = layoutOf(layouts, index)
    if (!layout || !isWholeIn(body, layout)) return undefined
    return { bytes: body, layout, date: dateOf(timeIn(body, layout), head).date, trackerId, judgedBy }
  }
}

/** In a record that was damaged, or cut off, it may not be: what is copied must be an event, and nothing beyond the body. */
const isWholeIn = (body: Buffer, { from, to, kindFrom, timeFrom, timeTo }: EventLayout): boolean =>
  body[from] === OPEN_OBJECT &&
  body[to - 1] === CLOSE_OBJECT &&
  kindFrom + KIND_BYTES < to &&
  timeFrom <= timeTo &&
  timeTo <= to
