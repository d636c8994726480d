import type { Kind } from '@wmkt/protocol'

/** What the outbox holds of an item: its JSON is made once, at the call, and travels as it is. */
export type Row = {
  /**
   * Rows of a lane sort by the time they were recorded. The lane (`endpoint project`) comes first, so that tags of several
   * projects on one origin never mix; the last part is unique, so that an acknowledgement settles that row and no other.
   */
  key: [lane: string, at: number, unique: string]
  kind: Kind
  nonce: string
  json: string
  /** An event without the tracker ID that may yet come. */
  late?: boolean
  /** A copy has left at hide. Of no meaning to another page view. */
  copied?: boolean
}

/** All rows of a lane. */
export const rangeOf = (lane: string): IDBKeyRange => IDBKeyRange.bound([lane], [lane, []])

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length
