import { openPack, packRecords } from './pack.ts'
import { bufferOf, encodeRecord, headOf, itemsIn } from './record.ts'

/**
 * Places, in a record, of the items that are somebody's: of those too that were rejected and lie in it as they came.
 *
 * @param isTheirs is told the tracker ID of the batch besides
 * @throws Error when the bytes are no record
 */
export const findItems = (
  bytes: Uint8Array,
  isTheirs: (item: unknown, ofBatch: string | undefined) => boolean,
): number[] => {
  const { parts, placeOf } = openPack(bufferOf(bytes))
  return parts.flatMap((record, part) => {
    const { head, body } = headOf(record)
    return itemsIn(body).flatMap((item, index) =>
      isTheirs(item, head.trackerId) ? [placeOf(part, index)] : [],
    )
  })
}

/**
 * The record with those places empty; all other items stay where they are. A batch's tracker ID goes when it is the one
 * named, or when nothing is left that it could count for.
 *
 * @throws Error when the bytes are no record
 */
export const recordWithout = (
  bytes: Uint8Array,
  places: readonly number[],
  trackerId?: string,
): Uint8Array => {
  const { parts, partOf, indexOf } = openPack(bufferOf(bytes))
  const without = parts.map((record, part) =>
    partWithout(record, places.filter((place) => partOf(place) === part).map(indexOf), trackerId),
  )
  return packRecords(without)
}

const partWithout = (record: Buffer, indexes: readonly number[], trackerId?: string): Buffer => {
  const { head, body } = headOf(record)
  const items = itemsIn(body).map((item, index) => (indexes.includes(index) ? {} : item))
  const { trackerId: ofBatch, ...rest } = head
  const isIdle = ofBatch === trackerId || items.every((item) => Object.keys(Object(item)).length === 0)
  return encodeRecord(isIdle ? rest : head, Buffer.from(JSON.stringify({ items })))
}
