import { type RequestHandler, Router } from 'express'
import type { BaseHeaders } from '../http/base-headers.ts'

/** `/livez`: the process answers. `/readyz`: it can store; whether the upstream is well is another question. */
export const createHealthRouter = (refusal: () => Error | undefined, base: BaseHeaders): Router => {
  const live: RequestHandler = (_req, res) => {
    res.writeHead(200, { ...base, 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('ok\n')
  }
  const ready: RequestHandler = (req, res, next) => {
    const why = refusal()
    if (why) throw why
    live(req, res, next)
  }
  return Router().get('/livez', live).get('/readyz', ready)
}
