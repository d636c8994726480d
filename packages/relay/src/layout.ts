import { wholeIn } from './scan/number.ts'

/**
 * Where an event lies in the body it came in, and what of it is not sent on: which kind of item it is, which is said by
 * where it is sent, and the time on its sender's clock. All as positions in the body; `to` is behind.
 */
export type EventLayout = {
  from: number
  to: number
  /** Of the member, with the brace or comma before it; how long it is, is known. */
  kindFrom: number
  /** The same of the time. Without one, both are where the event ends. */
  timeFrom: number
  timeTo: number
  /** It has a tracker ID of its own. */
  hasTracker: boolean
}

/** What is before a time's number. */
const TIME_HEAD_BYTES = ',"occurredAt":'.length
export const KIND_BYTES = ',"kind":"event"'.length

// count (1) | of each event: from (4), kindFrom and timeFrom as seen from there (2 each), bytes of the time's member (1), hasTracker (1) | behind the last (4)
const COUNT_BYTES = 1
const KIND_AT = 4
const TIME_AT = 6
const TIME_BYTES_AT = 8
const TRACKER_AT = 9
const EVENT_BYTES = 10
const END_BYTES = 4

/** What layouts take up. */
export const layoutBytes = (events: number): number => COUNT_BYTES + EVENT_BYTES * events + END_BYTES

/**
 * Writes where the events of a body lie. They follow each other with nothing but a comma between them, and are no longer
 * than an item may be.
 */
export const writeLayouts = (bytes: Buffer, at: number, layouts: readonly EventLayout[]): void => {
  bytes[at] = layouts.length
  let place = at + COUNT_BYTES
  for (const { from, kindFrom, timeFrom, timeTo, hasTracker } of layouts) {
    bytes.writeUInt32LE(from, place)
    bytes.writeUInt16LE(kindFrom - from, place + KIND_AT)
    bytes.writeUInt16LE(timeFrom - from, place + TIME_AT)
    bytes[place + TIME_BYTES_AT] = timeTo - timeFrom
    bytes[place + TRACKER_AT] = hasTracker ? 1 : 0
    place += EVENT_BYTES
  }
  bytes.writeUInt32LE(layouts.at(-1)?.to ?? 0, place)
}

/** Layouts as they were written, from `at` on. */
export const layoutsAt = (bytes: Buffer, at: number): Buffer =>
  bytes.subarray(at, at + layoutBytes(bytes[at] ?? 0))

/** Of the event at a position in its batch; undefined where there is none. */
export const layoutOf = (layouts: Buffer, index: number): EventLayout | undefined => {
  const count = layouts[0] ?? 0
  if (index >= count) return undefined
  const at = COUNT_BYTES + EVENT_BYTES * index
  const from = layouts.readUInt32LE(at)
  const next = layouts.readUInt32LE(at + EVENT_BYTES)
  const timeFrom = from + layouts.readUInt16LE(at + TIME_AT)
  return {
    from,
    // A comma stands between two of them.
    to: index + 1 === count ? next : next - 1,
    kindFrom: from + layouts.readUInt16LE(at + KIND_AT),
    timeFrom,
    timeTo: timeFrom + (layouts[at + TIME_BYTES_AT] ?? 0),
    hasTracker: layouts[at + TRACKER_AT] === 1,
  }
}

/** The time on its sender's clock that an event says; nearly all are whole. */
export const timeIn = (body: Buffer, { timeFrom, timeTo }: EventLayout): number | undefined => {
  if (timeFrom === timeTo) return undefined
  const from = timeFrom + TIME_HEAD_BYTES
  return wholeIn(body, from, timeTo) ?? Number(body.toString('latin1', from, timeTo))
}
