import type { Kind } from '@wmkt/protocol'

/** What the outbox holds of an item: its JSON is made once, at the call, and travels as it is. */
export type Row = {
  /**
   * Rows of a lane sort by the time they were recorded. The lane (`endpoint project`) comes first, so that tags of several
   * projects on one origin never mix. The nonce is part of the key, so that an acknowledgement names what it settles.
   */
  key: [lane: string, at: number, nonce: string]
  kind: Kind
  nonce: string
  json: string
}

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length
