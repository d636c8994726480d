import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import { readBody } from '../collect/body.ts'
import type { BaseHeaders } from '../http/base-headers.ts'
import { Problem } from '../http/problem.ts'
import { SESSION_MS, type Sessions } from './session.ts'

const MAX_FORM_BYTES = 4_096
const FORM_TIMEOUT_MS = 10_000

export type LoginOptions = {
  clock: Clock
  headers: BaseHeaders
  sessions: Sessions
  /** In constant time. @throws Problem RATE_LIMITED after too many that were wrong */
  isToken: (token: string, req: IncomingMessage) => boolean
  /** Answers with the form again, and with what is wrong. */
  again: (res: ServerResponse, complaint: Complaint) => void
}

export type Complaint = { status: 401 | 429; text: string; headers: Readonly<Record<string, string>> }

const NOT_THE_TOKEN: Complaint = { status: 401, text: 'That is not the token.', headers: {} }
const tooMany = ({ headers }: Problem): Complaint => ({
  status: 429,
  text: `Too many wrong tokens. Try again in ${headers['Retry-After']} s.`,
  headers,
})

/** The form that turns the admin token into a cookie no script can read. */
export const createLogin = ({ clock, headers, sessions, isToken, again }: LoginOptions) => {
  const limits = { maxBytes: MAX_FORM_BYTES, timeoutMs: FORM_TIMEOUT_MS, clock }
  const leadHome = (res: ServerResponse, cookie: string) =>
    void res.writeHead(303, { ...headers, location: './', 'set-cookie': cookie }).end()
  /** What speaks against the token; undefined when it is the one. */
  const complaintAbout = (token: unknown, req: IncomingMessage): Complaint | undefined => {
    try {
      return typeof token === 'string' && isToken(token, req) ? undefined : NOT_THE_TOKEN
    } catch (error) {
      if (error instanceof Problem && error.code === 'RATE_LIMITED') return tooMany(error)
      throw error
    }
  }
  return {
    async enter(req: IncomingMessage & { body?: unknown }, res: ServerResponse) {
      const token = req.readableEnded
        ? tokenIn(req.body)
        : new URLSearchParams((await readBody(req, limits)).toString()).get('token')
      const complaint = complaintAbout(token, req)
      if (complaint) return again(res, complaint)
      leadHome(res, cookieOf(`${sessions.cookie}=${sessions.make(clock.now())}`, SESSION_MS, req.headers))
    },
    leave: (req: IncomingMessage, res: ServerResponse) =>
      leadHome(res, cookieOf(`${sessions.cookie}=`, 0, req.headers)),
  }
}

/** A host's own body parser was there before us. */
const tokenIn = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined

/** Browsers say where a form came from: over TLS, the cookie stays there. */
const cookieOf = (pair: string, lifeMs: number, { origin }: IncomingHttpHeaders): string =>
  [
    pair,
    `Max-Age=${lifeMs / 1_000}`,
    'HttpOnly',
    'SameSite=Strict',
    ...(origin?.startsWith('https://') ? ['Secure'] : []),
  ].join('; ')
