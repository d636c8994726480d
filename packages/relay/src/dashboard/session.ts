import { createHmac, timingSafeEqual } from 'node:crypto'

export const SESSION_COOKIE = 'wmkt_admin'
export const SESSION_MS = 12 * 3_600_000

/**
 * A login that needs no memory: when it ends, signed with the admin token. It outlives restarts of the relay, and ends
 * with the token that it was made from.
 */
export interface Sessions {
  make(now: number): string
  /** Whether the Cookie header carries a session that has not ended. */
  isIn(cookieHeader: string | undefined, now: number): boolean
}

export const createSessions = (adminToken: string): Sessions => {
  const sign = (until: string): string =>
    createHmac('sha256', adminToken).update(`wmkt admin session ${until}`).digest('base64url')
  const isGood = (session: string, now: number): boolean => {
    const [until = '', signature = ''] = session.split('.')
    const [given, expected] = [Buffer.from(signature), Buffer.from(sign(until))]
    return given.length === expected.length && timingSafeEqual(given, expected) && Number(until) > now
  }
  return {
    make: (now) => {
      const until = String(now + SESSION_MS)
      return `${until}.${sign(until)}`
    },
    isIn: (header, now) => sessionsOf(header).some((session) => isGood(session, now)),
  }
}

const sessionsOf = (header = ''): string[] =>
  header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${SESSION_COOKIE}=`))
    .map((pair) => pair.slice(SESSION_COOKIE.length + 1))
