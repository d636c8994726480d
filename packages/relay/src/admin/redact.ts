import type { JsonObject } from '@wmkt/protocol'
import type { StampedItem } from '../record.ts'
import { withoutPersonal } from '../telemetry/personal.ts'

const BLOT = '[redacted]'
/** Shorter values occur in any sentence. */
const MIN_TELLING = 3

/** Keys stay, values go: what is personal the relay cannot know. */
const redacted = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(object).map((key) => [key, BLOT]))

export const redactedItem = (item: StampedItem): StampedItem =>
  item.kind === 'event'
    ? { ...item, data: redacted(item.data), ...(item.trackerId !== undefined && { trackerId: BLOT }) }
    : { ...item, userData: redacted(item.userData) }

/** The upstream's words may repeat what it was sent: whatever of the item stands in them goes, and what looks personal. */
export const redactedMessage = (message: string, item: StampedItem | undefined): string => {
  const telling = item ? valuesOf(item).filter((value) => value.length >= MIN_TELLING) : []
  const longestFirst = telling.sort((a, b) => b.length - a.length)
  return withoutPersonal(longestFirst.reduce((text, value) => text.replaceAll(value, BLOT), message))
}

const valuesOf = (item: StampedItem): string[] => [
  ...leavesOf(item.kind === 'event' ? item.data : item.userData),
  ...(item.kind === 'event' && item.trackerId !== undefined ? [item.trackerId] : []),
]

/** The parser bounds depth and number. */
const leavesOf = (value: unknown): string[] => {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : []
}
