import { type RequestHandler, Router } from 'express'
import { onlyBy } from '../http/problem-handler.ts'
import { type CollectOptions, createCollect } from './collect.ts'
import { createPreflight } from './cors.ts'

/** The door of the relay. */
export const createCollectRouter = (options: CollectOptions): Router => {
  const router = Router()
  const base: RequestHandler = (_req, res, next) => {
    for (const [name, value] of Object.entries(options.headers)) res.setHeader(name, value)
    next()
  }
  router
    .route('/collect')
    .post(createCollect(options))
    .all(base)
    .options(createPreflight(options.policy))
    .all(onlyBy('POST, OPTIONS'))
  return router
}
