/** Bounds of the wire protocol `v: 1`. The tag keeps within them; the relay refuses what does not. */
export const PROTOCOL_VERSION = 1

export const MAX_ITEMS = 100
/** A collect body, in bytes, after inflating. */
export const MAX_BODY_BYTES = 1_048_576
/** One item, in bytes of its JSON. */
export const MAX_ITEM_BYTES = 65_536
/** Levels of nesting in `data`, `userData` and `nodeData`, the object itself being the first. */
export const MAX_DEPTH = 8
/** Keys and array elements in one item, all levels together. */
export const MAX_KEYS = 1_024
/** Characters of an event type reference. */
export const MAX_EVENT_TYPE_LENGTH = 128

export const NONCE_PATTERN = /^[A-Za-z0-9_-]{1,64}$/
export const TRACKER_ID_PATTERN = /^[A-Za-z0-9._~-]{1,128}$/
/** 3 to 64 characters; source: the upstream's `project_id` schema. */
export const PROJECT_ID_PATTERN = /^(?=.{3,64}$)[a-z0-9]+(?:-[a-z0-9]+)*$/
