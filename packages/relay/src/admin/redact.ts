import type { JsonObject } from '@wmkt/protocol'
import type { StampedItem } from '../record.ts'

const BLOT = '[redacted]'

/** Keys stay, values go: what is personal the relay cannot know. */
const redacted = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(object).map((key) => [key, BLOT]))

export const redactedItem = (item: StampedItem): StampedItem =>
  item.kind === 'event'
    ? { ...item, data: redacted(item.data), ...(item.trackerId !== undefined && { trackerId: BLOT }) }
    : { ...item, userData: redacted(item.userData) }
