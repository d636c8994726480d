import { parseRfc3339 } from '@wmkt/protocol'
import { isoTextOf } from './iso-text.ts'

/** Skew below which the sender's clock is believed: transit and stalls of a live connection stay inside. */
export const BAND_MS = 60_000
/** What is older was recorded before the clock moved. */
export const MAX_AGE_MS = 31 * 86_400_000
/** The earliest instant RFC 3339 can write. */
const YEAR_ZERO = Date.parse('0000-01-01T00:00:00Z')

export type Receipt = {
  /** Epoch ms on the relay's clock. */
  receivedAt: number
  /** Epoch ms on the sender's clock, at the sending. */
  sentAt?: number | undefined
  keyed?: boolean
}

export type DateStamp = { date: string; dateUntrusted: boolean }

/**
 * When an item occurred, as far as clocks can be believed: docs/delivery.md, "Dates".
 *
 * @param occurredAt epoch ms on the sender's clock, or an RFC 3339 string; absent: at the receipt
 */
export const dateOf = (occurredAt: number | string | undefined, receipt: Receipt): DateStamp => {
  const instant = instantOf(occurredAt, receipt)
  const { receivedAt } = receipt
  if (instant === undefined) return { date: isoTextOf(receivedAt), dateUntrusted: true }
  const at = Math.max(YEAR_ZERO, Math.min(instant, receivedAt))
  return { date: isoTextOf(at), dateUntrusted: false }
}

/** Epoch ms; undefined when the sender's word cannot be trusted. */
const instantOf = (occurredAt: number | string | undefined, receipt: Receipt): number | undefined => {
  if (occurredAt === undefined) return receipt.receivedAt
  if (typeof occurredAt === 'string') return ofText(occurredAt, receipt)
  return receipt.sentAt === undefined
    ? ofLoneClock(occurredAt, receipt.receivedAt)
    : ofTwoClocks(occurredAt, receipt.sentAt, receipt.receivedAt)
}

const ofText = (text: string, { receivedAt, keyed }: Receipt): number | undefined => {
  const instant = parseRfc3339(text)
  if (instant === undefined) return undefined
  return keyed || receivedAt - instant <= MAX_AGE_MS ? instant : undefined
}

const ofLoneClock = (occurredAt: number, receivedAt: number): number | undefined =>
  Math.abs(receivedAt - occurredAt) <= BAND_MS ? occurredAt : undefined

/**
 * The sender's clock against itself gives the age; against ours, whether its instants can be taken as they are. A clock
 * set back between record and send makes the age negative: no instant after the receipt is believed, which makes it 0.
 */
const ofTwoClocks = (occurredAt: number, sentAt: number, receivedAt: number): number | undefined => {
  const ageMs = sentAt - occurredAt
  if (ageMs > MAX_AGE_MS) return undefined
  return Math.abs(receivedAt - sentAt) <= BAND_MS ? occurredAt : receivedAt - ageMs
}
