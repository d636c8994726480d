import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler } from 'express'
import { createKeyCheck } from '../collect/server-keys.ts'
import { Problem } from '../http/problem.ts'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i

export type GuardOptions = {
  /** Name the listener may be called by, besides loopback. */
  adminHost?: string | undefined
  adminToken?: string | undefined
}

/** Who may come near the admin routes. A page elsewhere reaches them by a rebound name or a forged form: neither gets in. */
export const createGuard = ({ adminHost, adminToken }: GuardOptions): RequestHandler => {
  const checkToken = createKeyCheck(adminToken === undefined ? [] : [adminToken])
  return (req, _res, next) => {
    const name = hostnameOf(req.headers.host)
    if (!LOOPBACK.test(name) && name !== adminHost?.toLowerCase())
      throw new Problem('HOST_REFUSED', 'expected a loopback name or WMKT_ADMIN_HOST')
    if (adminToken !== undefined && !checkToken(req.headers.authorization))
      throw new Problem('TOKEN_NEEDED', 'Authorization: Bearer', { 'WWW-Authenticate': 'Bearer' })
    if (req.method !== 'GET' && req.method !== 'HEAD') refuseForeign(req.headers)
    next()
  }
}

const hostnameOf = (host: string | undefined): string => (host ?? '').toLowerCase().replace(/:\d+$/, '')

/** A form cannot set a header, and a script from elsewhere would need a preflight that nobody answers. */
const refuseForeign = (headers: IncomingHttpHeaders): void => {
  const site = headers['sec-fetch-site']
  const { origin, host } = headers
  const foreign =
    (site !== undefined && site !== 'same-origin') ||
    (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host)
  if (foreign || headers['wmkt-admin'] === undefined)
    throw new Problem('NOT_SAME_ORIGIN', 'expected the same origin and the header Wmkt-Admin')
}
