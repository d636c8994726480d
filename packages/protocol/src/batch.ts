import type { Item } from './item.ts'

/** The body of `POST {base}/collect`. Only `items` is mandatory; unknown keys are ignored. */
export type Batch = {
  v?: 1
  projectId?: string
  /** Epoch ms on the sender's clock at this very attempt. */
  sentAt?: number
  consent?: 'granted' | 'required' | 'denied'
  /** Global Privacy Control as the browser states it. */
  gpc?: boolean
  /** Items the tag had to drop unsent since its last receipt. */
  evicted?: number
  /** Where the tag keeps its outbox. */
  storage?: 'disk' | 'memory'
  items: Item[]
}

export type Rejection = {
  /** Position in the batch. */
  index: number
  nonce: string | null
  code: ItemCode
  field?: string
  message: string
}

export type Held = { nonce: string; code: string; field?: string }

/**
 * The relay's answer to a batch it has stored durably (202).
 * `accepted + duplicates + rejected.length` equals the number of items; `held` items count as accepted.
 * Every nonce that is not rejected is on disk or already settled; a rejected item must not be sent again.
 */
export type Receipt = { accepted: number; duplicates: number; rejected: Rejection[]; held: Held[] }

/** Why one item was refused at the door. Held against docs/errors.md by a test. */
export const ITEM_CODES = {
  ITEM_INVALID: 'The item has not the shape of an event or an interaction.',
  NONCE_INVALID: 'The nonce is not 1 to 64 characters of A-Z a-z 0-9 _ -.',
  NONCE_CONFLICT: 'The nonce was used before with other content.',
  ITEM_TOO_LARGE: 'The item is larger than 64 KiB.',
  TOO_DEEP: 'The data is nested more than 8 levels deep.',
  TOO_MANY_KEYS: 'The item has more than 1,024 keys and elements.',
  KEY_FORBIDDEN: 'The data has a key named __proto__, constructor or prototype.',
  TEXT_MALFORMED: 'A string is not well-formed Unicode.',
  DATE_INVALID: 'occurredAt is neither epoch milliseconds nor an RFC 3339 date-time.',
  CONSENT_DENIED: 'The batch says that the visitor has not consented.',
  EVENT_TYPE_REFUSED: 'Browsers may not post this event type here.',
  INTERACTIONS_OFF: 'This relay takes no offline interactions from this caller.',
} as const

export type ItemCode = keyof typeof ITEM_CODES
