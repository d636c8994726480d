import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import { readBody } from '../collect/body.ts'
import type { BaseHeaders } from '../http/base-headers.ts'
import { SESSION_MS, type Sessions } from './session.ts'

const MAX_FORM_BYTES = 4_096
const FORM_TIMEOUT_MS = 10_000

export type LoginOptions = {
  clock: Clock
  headers: BaseHeaders
  sessions: Sessions
  /** In constant time. @throws Problem RATE_LIMITED after too many that were wrong */
  isToken: (token: string, req: IncomingMessage) => boolean
  /** Answers with the form again. */
  again: (res: ServerResponse) => void
}

/** The form that turns the admin token into a cookie no script can read. */
export const createLogin = ({ clock, headers, sessions, isToken, again }: LoginOptions) => {
  const limits = { maxBytes: MAX_FORM_BYTES, timeoutMs: FORM_TIMEOUT_MS, clock }
  const leadHome = (res: ServerResponse, cookie: string) =>
    void res.writeHead(303, { ...headers, location: './', 'set-cookie': cookie }).end()
  return {
    async enter(req: IncomingMessage & { body?: unknown }, res: ServerResponse) {
      const token = req.readableEnded
        ? tokenIn(req.body)
        : new URLSearchParams((await readBody(req, limits)).toString()).get('token')
      if (typeof token !== 'string' || !isToken(token, req)) return again(res)
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
