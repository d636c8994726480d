import { createHmac, timingSafeEqual } from 'node:crypto'

export const SESSION_MS = 12 * 3_600_000

/**
 * A login that needs no memory: when it ends, signed with the admin token. It outlives restarts of the relay, and ends
 * with the token that it was made from.
 */
export interface Sessions {
  /** Its name has the project in it: browsers share cookies between the ports of a host, and relays must not. */
  readonly cookie: string
  make(now: number): string
  /** Whether the Cookie header carries a session that has not ended. */
  isIn(cookieHeader: string | undefined, now: number): boolean
}

export const createSessions = (adminToken: string, projectId: string): Sessions => {
  const cookie = `wmkt_admin_${projectId}`
  const sign = (until: string): string =>
    createHmac('sha256', adminToken).update(`${cookie} ${until}`).digest('base64url')
  const isGood = (session: string, now: number): boolean => {
    const [until = '', signature = ''] = session.split('.')
    const [given, expected] = [Buffer.from(signature), Buffer.from(sign(until))]
    return given.length === expected.length && timingSafeEqual(given, expected) && Number(until) > now
  }
  return {
    cookie,
    make: (now) => {
      const until = String(now + SESSION_MS)
      return `${until}.${sign(until)}`
    },
    isIn: (header, now) => valuesOf(header, cookie).some((session) => isGood(session, now)),
  }
}

const valuesOf = (header: string | undefined, cookie: string): string[] =>
  (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookie}=`))
    .map((pair) => pair.slice(cookie.length + 1))
