import type { Request, RequestHandler } from 'express'
import { Refusal } from '../http/refusal.ts'

const LOOPBACK = /^(?:::1|127\.|::ffff:127\.)/
const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

/** A page of another origin can make a browser on this machine post here; its Origin gives it away. */
const isForeignPage = ({ headers: { origin, host } }: Request): boolean =>
  origin !== undefined && origin.replace(/^https?:\/\//, '') !== host

/** Lets only this machine in, and no web page but the sandbox's own: by address, by Host (DNS rebinding), by Origin. */
export const loopbackOnly: RequestHandler = (req, _res, next) => {
  const isHere = LOOPBACK.test(req.socket.remoteAddress ?? '') && LOCAL_HOST.test(req.headers.host ?? '')
  if (!isHere || isForeignPage(req))
    throw new Refusal(403, 'The control API answers this machine only', 'Forbidden')
  next()
}
