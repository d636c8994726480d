import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { createSessions, type Sessions } from '../dashboard/session.ts'
import { Problem } from '../http/problem.ts'
import { createTokenDoor } from './token-door.ts'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i

export type GuardOptions = {
  projectId: string
  /** Name the listener may be called by, besides loopback. */
  adminHost?: string | undefined
  adminToken?: string | undefined
}

/** Who may come near the admin routes. A page elsewhere reaches them by a rebound name or a forged form: neither gets in. */
export interface Guard {
  /** For every route. */
  hosts: RequestHandler
  /** For all that tells or changes something. */
  known: RequestHandler
  /** For all that changes something. */
  ownChanges: RequestHandler
  isKnown(req: IncomingMessage): boolean
  isToken(token: string, req: IncomingMessage): boolean
  /** @throws Problem NOT_SAME_ORIGIN */
  refuseForeignForm(req: IncomingMessage): void
  /** Undefined when there is no token to log in with. */
  sessions: Sessions | undefined
}

export const createGuard = ({ projectId, adminHost, adminToken }: GuardOptions, now: () => number): Guard => {
  // In a Host header an address of IPv6 stands in brackets, where it is bound it does not.
  const ownName = adminHost?.includes(':') ? `[${adminHost.toLowerCase()}]` : adminHost?.toLowerCase()
  const isAtDoor = adminToken === undefined ? () => false : createTokenDoor(adminToken, now)
  const sessions = adminToken === undefined ? undefined : createSessions(adminToken, projectId)
  const isKnown = (req: IncomingMessage): boolean =>
    !sessions || sessions.isIn(req.headers.cookie, now()) || isAtDoor(req)
  return {
    hosts(req, _res, next) {
      const name = hostnameOf(req.headers.host)
      if (!LOOPBACK.test(name) && name !== ownName)
        throw new Problem('HOST_REFUSED', 'expected a loopback name or WMKT_ADMIN_HOST')
      next()
    },
    known(req, _res, next) {
      if (!isKnown(req))
        throw new Problem('TOKEN_NEEDED', 'Authorization: Bearer', { 'WWW-Authenticate': 'Bearer' })
      next()
    },
    ownChanges({ method, headers }, _res, next) {
      if (method !== 'GET' && method !== 'HEAD') refuseForeign(headers, headers['wmkt-admin'] !== undefined)
      next()
    },
    isKnown,
    isToken: (token, req) => isAtDoor(req, `Bearer ${token}`),
    refuseForeignForm: ({ headers }) => refuseForeign(headers, true),
    sessions,
  }
}

const hostnameOf = (host: string | undefined): string => (host ?? '').toLowerCase().replace(/:\d+$/, '')

/** A form cannot set a header, and a script from elsewhere would need a preflight that nobody answers. */
const refuseForeign = (headers: IncomingHttpHeaders, marked: boolean): void => {
  const site = headers['sec-fetch-site']
  const { origin, host } = headers
  const foreign =
    (site !== undefined && site !== 'same-origin') ||
    (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host)
  if (foreign || !marked)
    throw new Problem('NOT_SAME_ORIGIN', 'expected the same origin and the header Wmkt-Admin')
}
