import type { IncomingMessage } from 'node:http'
import { type RequestHandler, Router } from 'express'
import type { BaseHeaders } from '../http/base-headers.ts'
import { onlyBy } from '../http/problem-handler.ts'
import type { CallerPolicy } from './caller.ts'
import type { Collect } from './collect.ts'
import { createPreflight } from './cors.ts'

/** Of collect, below the relay's own base. */
export const COLLECT_PATH = '/collect'

/** Whether a request is what nearly all are: a batch, by the very path. */
export const isForCollect = (
  { method, url }: Pick<IncomingMessage, 'method' | 'url'>,
  path = COLLECT_PATH,
): boolean => method === 'POST' && url === path

export type CollectRouterOptions = { collect: Collect; policy: CallerPolicy; headers: BaseHeaders }

/** The door of the relay. Batches are let through before anything is matched. */
export const createCollectRouter = (options: CollectRouterOptions): Router => {
  const router = Router()
  const { collect } = options
  const collectAtOnce: RequestHandler = (req, res, next) => (isForCollect(req) ? collect(req, res) : next())
  const base: RequestHandler = (_req, res, next) => {
    for (const [name, value] of Object.entries(options.headers)) res.setHeader(name, value)
    next()
  }
  router
    .use(collectAtOnce)
    .route(COLLECT_PATH)
    .post((req, res) => collect(req, res))
    .all(base)
    .options(createPreflight(options.policy))
    .all(onlyBy('POST, OPTIONS'))
  return router
}
