import type { EventItem, InteractionItem } from '@wmkt/protocol'

/** What was noted when a batch arrived; kept beside its raw body so that stamping can be done again, alike, at any time. */
export type RecordHead = {
  /** Epoch ms on the relay's clock. */
  receivedAt: number
  /** Epoch ms on the sender's clock. */
  sentAt?: number
  /** From the request's tracker cookie. */
  trackerId?: string
  /** Posted with a server key, or by this process itself. */
  keyed?: boolean
}

type Stamp = {
  /** RFC 3339, UTC, milliseconds. */
  date: string
  /** The date could not be trusted and became the time of receipt. */
  dateUntrusted: boolean
}

/** An item with its date and tracker ID decided: what the forwarder delivers. */
export type StampedItem = (EventItem & Stamp) | (InteractionItem & Stamp)

/** Reads a record; index is the item's position in the batch. */
export type DecodeRecord = (record: Uint8Array) => readonly StampedItem[]
