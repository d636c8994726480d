import { type EventItem, MAX_EVENT_TYPE_LENGTH, NONCE_PATTERN, TRACKER_ID_PATTERN } from '@wmkt/protocol'
import { fingerprintIfPlain } from './fingerprint.ts'

/** An event with nothing about it that a parser might refuse or mend; what else its sender said in it is still there. */
export type PlainEvent = { event: EventItem; fingerprint: Uint8Array }

/** The latest instant a Date can hold, in ms. */
const MAX_INSTANT = 8.64e15

/**
 * Untrusted JSON → what collect needs of a plain event, in one walk; undefined for all else, which is for the parser to
 * judge. Nearly every item of a tag is one, and the parser's two walks and new object cost it half of its time here.
 */
export const plainEventOf = (value: unknown): PlainEvent | undefined => {
  if (!isPlain(value)) return undefined
  const fingerprint = fingerprintIfPlain(value.eventType, value.data)
  return fingerprint && { event: value, fingerprint }
}

/** Whether the shape is right; what is in the data is still to be seen. */
const isPlain = (value: unknown): value is EventItem => {
  if (!isObject(value) || value.kind !== 'event') return false
  const { nonce, eventType, occurredAt, trackerId, data } = value
  if (typeof nonce !== 'string' || !NONCE_PATTERN.test(nonce)) return false
  return isPlainType(eventType) && isPlainDate(occurredAt) && isPlainTracker(trackerId) && isObject(data)
}

const isPlainType = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && value.length <= MAX_EVENT_TYPE_LENGTH

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isPlainDate = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && Math.abs(value) <= MAX_INSTANT)

const isPlainTracker = (value: unknown): boolean =>
  value === undefined || (typeof value === 'string' && TRACKER_ID_PATTERN.test(value))
