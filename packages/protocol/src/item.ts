/** What a sender records: an event, or an offline interaction. */
export type Kind = 'event' | 'interaction'

export type JsonObject = { [key: string]: unknown }

type Common = {
  /** Unique key, chosen once by the sender; what makes a repeat harmless. `NONCE_PATTERN`. */
  nonce: string
  /** Epoch ms on the sender's clock, or an RFC 3339 string (no offset means UTC). */
  occurredAt?: number | string
}

export type EventItem = Common & {
  kind: 'event'
  /** Event type reference, as declared in the project. */
  eventType: string
  /** The visitor, as the upstream knows them. Opaque, never minted by us. `TRACKER_ID_PATTERN`. */
  trackerId?: string
  /** Keyed by the event type's ingestion keys. */
  data: JsonObject
}

export type InteractionItem = Common & {
  kind: 'interaction'
  /** Identity fields of the project's user schema: email, phone… */
  userData: JsonObject
  /** Designates the advertiser node: `wmktId`, `cid`… */
  nodeData: JsonObject
}

export type Item = EventItem | InteractionItem
