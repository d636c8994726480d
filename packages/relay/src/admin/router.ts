import type { ServerResponse } from 'node:http'
import { type RequestHandler, Router } from 'express'
import { adminHeaders, type BaseHeaders } from '../http/base-headers.ts'
import { Problem } from '../http/problem.ts'
import { createProblemHandler, notFound } from '../http/problem-handler.ts'
import { decodeRecord } from '../record.ts'
import type { CountsRead } from '../telemetry/counts.ts'
import type { Log } from '../telemetry/log.ts'
import { createMetrics, type Metrics } from '../telemetry/metrics.ts'
import { createDesk, type Desk } from './desk.ts'
import { createGuard, type GuardOptions } from './guard.ts'
import { nonceOf, parseQuery } from './query.ts'
import type { Parts, ReadStatus } from './status.ts'

export type AdminOptions = {
  settings: GuardOptions
  log: Log
  /** Undefined until the relay has started. */
  parts: () => Parts | undefined
  status: ReadStatus
  counts: () => CountsRead
}

/** See and steer: status, dead letters, and what became of a nonce. */
export const createAdminRouter = (options: AdminOptions): Router => {
  const { log } = options
  const base = adminHeaders()
  const desk = (): Desk => {
    const parts = options.parts()
    if (!parts) throw new Problem('STARTING', 'the outbox is not open yet')
    return createDesk(parts.outbox, decodeRecord)
  }
  /** Nothing under this nonce is an answer too. */
  const give = (res: ServerResponse, value: object | undefined) => {
    if (value === undefined) throw new Problem('NOT_FOUND', 'nothing under this nonce')
    const body = Buffer.from(JSON.stringify(value))
    const type = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    res.writeHead(200, { ...base, ...type, 'content-length': body.length }).end(body)
  }
  const change =
    (verb: 'redrive' | 'drop'): RequestHandler =>
    async (req, res) => {
      const nonce = nonceOf(req.params.nonce)
      const done = await desk()[verb](nonce, parseQuery(req.url).kind)
      if (done) log.info({ nonce, verb }, 'a dead letter was settled by hand')
      give(res, done ? { nonce, done: verb } : undefined)
    }

  return Router()
    .use(createGuard(options.settings))
    .get('/metrics', createScrape(options, base))
    .get('/api/status', (_req, res) => give(res, options.status()))
    .get('/api/dead-letters', async (req, res) => give(res, await desk().list(parseQuery(req.url).filter)))
    .get('/api/dead-letters/:nonce', async (req, res) =>
      give(res, await desk().show(nonceOf(req.params.nonce), parseQuery(req.url))),
    )
    .post('/api/dead-letters/:nonce/redrive', change('redrive'))
    .delete('/api/dead-letters/:nonce', change('drop'))
    .get('/api/items/:nonce', async (req, res) =>
      give(res, await desk().fate(nonceOf(req.params.nonce), parseQuery(req.url).kind)),
    )
    .use(notFound)
    .use(createProblemHandler(log, base))
}

/** What the process measures of itself it begins to measure at the first scrape: who scrapes nothing pays nothing. */
const createScrape = ({ status, counts }: AdminOptions, base: BaseHeaders): RequestHandler => {
  let metrics: Metrics | undefined
  return async (_req, res) => {
    metrics ??= createMetrics(() => ({ status: status(), counts: counts() }))
    const headers = { ...base, 'content-type': metrics.contentType, 'cache-control': 'no-store' }
    const text = await metrics.text()
    res.writeHead(200, headers).end(text)
  }
}
