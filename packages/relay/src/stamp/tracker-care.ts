import type { ServerResponse } from 'node:http'
import type { ParsedBatch } from '@wmkt/protocol/parse'
import { rawCookieIn } from './cookie-header.ts'
import { createFirstSights, type FirstSights } from './first-sight.ts'
import { openSigningKey } from './signing-key.ts'

/** Sets cookies on the answer to a same-origin request, when there is a tracker cookie to care for. */
export type CareForTracker = (
  cookieHeader: string | undefined,
  arrival: {
    content: { frame: Pick<ParsedBatch, 'consent' | 'gpc'> }
    receivedAt: number
    trackerId: string | undefined
  },
  res: Pick<ServerResponse, 'appendHeader'>,
) => void

export const careForNone: CareForTracker = () => {}

/** 13 months at their shortest: 1 February of a common year to 1 March of the next. */
export const LONGEST_LIFE_MS = 393 * 86_400_000
/** Holds the first sight; read by the relay alone. */
export const COMPANION = 'wmkt_seen'

/** RFC 6265, cookie-octet, with room for the quotes some writers put around the value. */
const SETTABLE = /^"?[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,1024}"?$/

export type TrackerCareOptions = {
  /** Of the tracker cookie. */
  name: string
  domain: string
  sights: FirstSights
}

/**
 * Sets the tracker cookie again by HTTP, as it is: same name, value and path, readable by the official script. Browsers
 * cap what scripts set at days. It never lives beyond 13 months from its first sight, and nothing is done without consent.
 */
export const createTrackerCare =
  ({ name, domain, sights }: TrackerCareOptions): CareForTracker =>
  (header, { content: { frame }, receivedAt, trackerId }, res) => {
    if (header === undefined || trackerId === undefined) return
    if (frame.consent !== 'granted' || frame.gpc === true) return
    const value = rawCookieIn(header, name)
    if (value === undefined || !SETTABLE.test(value)) return
    const sight = sights.read(rawCookieIn(header, COMPANION), trackerId)
    if (sight.kind === 'forged') return
    const seenAt = sight.kind === 'seen' ? Math.min(sight.at, receivedAt) : receivedAt
    const leftS = Math.floor((seenAt + LONGEST_LIFE_MS - receivedAt) / 1000)
    if (leftS <= 0) return
    const attributes = `Max-Age=${leftS}; Domain=${domain}; Path=/; Secure; SameSite=Lax`
    const companion = `${COMPANION}=${sights.write(trackerId, seenAt)}; ${attributes}; HttpOnly`
    // A host may have set cookies of its own before.
    res.appendHeader('Set-Cookie', [`${name}=${value}; ${attributes}`, companion])
  }

/** As the settings want it: none while no domain is set. */
export const openTrackerCare = (settings: {
  trackerCookie: string
  trackerCookieDomain: string | undefined
  dataDir: string
}): CareForTracker => {
  const { trackerCookie: name, trackerCookieDomain: domain, dataDir } = settings
  if (domain === undefined) return careForNone
  return createTrackerCare({ name, domain, sights: createFirstSights(openSigningKey(dataDir)) })
}
