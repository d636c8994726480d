import type { PlainItem } from '../record-reader.ts'
import { createSlab } from '../slab.ts'

/** A plain event → the body that creates it at the upstream: byte for byte that of the parsed one. */
export type PlainBodyOf = (item: PlainItem) => Buffer

const BEFORE_DATE = Buffer.from(',"eventDate":"')
const BEFORE_TRACKER = Buffer.from(',"trackerId":')
const BEFORE_NONCE = Buffer.from(',"nonce":')
const BEFORE_DATA = Buffer.from(',"data":')
const END = Buffer.from('}')
const QUOTE = Buffer.from('"')
const NOTHING = Buffer.alloc(0)
/** Of all these but what stands before a tracker ID; the date has two quotes. */
const AROUND_BYTES = BEFORE_DATE.length + 1 + BEFORE_NONCE.length + BEFORE_DATA.length + 1

/** More bytes are copied faster by the runtime, to call which costs as much as a loop over so many. */
const FEW = 80

/**
 * A tag writes an event's parts as we would write them: they are copied from where they lie. To parse them, and to write
 * what was parsed, costs a tenth of a delivery.
 */
export const createPlainBodies = (projectId: string): PlainBodyOf => {
  const slab = createSlab()
  const head = Buffer.from(`{"projectId":${JSON.stringify(projectId)},"eventType":`)
  let out: Buffer = NOTHING
  let end = 0
  const write = (bytes: Buffer, from: number, to: number) => {
    if (to - from > FEW) bytes.copy(out, end, from, to)
    else for (let at = from, into = end; at < to; at += 1, into += 1) out[into] = bytes[at] ?? 0
    end += to - from
  }
  const writeAll = (bytes: Buffer) => write(bytes, 0, bytes.length)
  return ({ bytes, spans, date, trackerId }) => {
    const { typeFrom, typeTo, nonceFrom, nonceTo, trackerFrom, trackerTo, dataFrom, dataTo } = spans
    const isOwn = trackerTo > trackerFrom
    const ofBatch = isOwn || trackerId === undefined ? NOTHING : Buffer.from(JSON.stringify(trackerId))
    const trackerBytes = trackerTo - trackerFrom + ofBatch.length
    const partBytes = typeTo - typeFrom + date.length + nonceTo - nonceFrom + dataTo - dataFrom + trackerBytes
    out = slab(head.length + AROUND_BYTES + partBytes + (trackerBytes > 0 ? BEFORE_TRACKER.length : 0))
    end = 0
    writeAll(head)
    write(bytes, typeFrom, typeTo)
    writeAll(BEFORE_DATE)
    end += out.write(date, end, 'latin1')
    writeAll(QUOTE)
    if (trackerBytes > 0) writeAll(BEFORE_TRACKER)
    write(bytes, trackerFrom, trackerTo)
    writeAll(ofBatch)
    writeAll(BEFORE_NONCE)
    write(bytes, nonceFrom, nonceTo)
    writeAll(BEFORE_DATA)
    write(bytes, dataFrom, dataTo)
    writeAll(END)
    return out
  }
}
