import type { JsonObject } from '@wmkt/protocol'
import type { StampedItem } from '../record.ts'
import { BLOT, withoutPersonal } from '../telemetry/personal.ts'
import { withoutValues } from '../telemetry/without-values.ts'

/** Keys stay, values go: what is personal the relay cannot know. A key that is somebody's address goes too. */
const redacted = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(object).map((key) => [withoutPersonal(key), BLOT]))

export const redactedItem = (item: StampedItem): StampedItem =>
  item.kind === 'event'
    ? { ...item, data: redacted(item.data), ...(item.trackerId !== undefined && { trackerId: BLOT }) }
    : { ...item, userData: redacted(item.userData), nodeData: redacted(item.nodeData) }

/** The upstream's words may repeat what it was sent: whatever of the item stands in them goes, and what looks personal. */
export const redactedMessage = (message: string, item: StampedItem | undefined): string =>
  withoutValues(message, item && told(item))

const told = (item: StampedItem): unknown =>
  item.kind === 'event' ? [item.data, item.trackerId] : [item.userData, item.nodeData]
