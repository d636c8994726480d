import { type RequestHandler, Router } from 'express'
import type { Clock } from '../clock.ts'
import type { Live } from '../dashboard/live.ts'
import { createDashboardRouter } from '../dashboard/router.ts'
import { adminHeaders, type BaseHeaders } from '../http/base-headers.ts'
import { type GiveJson, giveJson } from '../http/give-json.ts'
import { Problem } from '../http/problem.ts'
import { createProblemHandler, notFound } from '../http/problem-handler.ts'
import type { CountsRead } from '../telemetry/counts.ts'
import type { Log } from '../telemetry/log.ts'
import { createMetrics, type Metrics } from '../telemetry/metrics.ts'
import { createDesk, type Desk } from './desk.ts'
import { createGuard, type GuardOptions } from './guard.ts'
import { nonceOf, parseQuery } from './query.ts'
import { readErasure } from './read-erasure.ts'
import type { Parts, ReadStatus } from './status.ts'

export type AdminOptions = {
  settings: GuardOptions
  clock: Clock
  log: Log
  /** Undefined until the relay has started. */
  parts: () => Parts | undefined
  status: ReadStatus
  counts: () => CountsRead
  live: Live
}

/** See and steer: dashboard, metrics, status, dead letters, and what became of a nonce. */
export const createAdminRouter = (options: AdminOptions): Router => {
  const { clock, log, status, live } = options
  const headers = adminHeaders()
  const guard = createGuard(options.settings, clock.now)
  const { give, desk } = { give: giveJson(headers), desk: createDeskDoor(options) }
  return Router()
    .use(
      guard.hosts,
      createDashboardRouter({ ...guard, clock, headers, status }),
      guard.known,
      guard.ownChanges,
    )
    .get('/metrics', createScrape(options, headers))
    .get('/api/status', (_req, res) => give(res, status()))
    .get('/api/live', (_req, res) => live.follow(res, headers))
    .get('/api/dead-letters', async (req, res) => give(res, await desk().list(parseQuery(req.url).filter)))
    .get('/api/dead-letters/:nonce', async (req, res) => {
      const [nonce, query] = [nonceOf(req.params.nonce), parseQuery(req.url)]
      if (query.reveal) log.info({ nonce }, 'the personal data of a dead letter were asked for')
      give(res, await desk().show(nonce, query))
    })
    .post('/api/dead-letters/:nonce/redrive', createChange('redrive', desk, give, log))
    .delete('/api/dead-letters/:nonce', createChange('drop', desk, give, log))
    .get('/api/items/:nonce', async (req, res) =>
      give(res, await desk().fate(nonceOf(req.params.nonce), parseQuery(req.url).kind)),
    )
    .post('/api/erase', async (req, res) => {
      const erasure = await readErasure(req, clock)
      const step = await desk().erase(erasure)
      if (!erasure.dryRun) log.info({ ...step }, 'somebody was erased from a stretch of the outbox')
      give(res, step)
    })
    .use(notFound)
    .use(createProblemHandler(log, headers))
}

/** @throws Problem STARTING */
const createDeskDoor =
  ({ parts }: AdminOptions) =>
  (): Desk => {
    const open = parts()
    if (!open) throw new Problem('STARTING', 'the outbox is not open yet')
    return createDesk(open)
  }

const createChange =
  (verb: 'redrive' | 'drop', desk: () => Desk, give: GiveJson, log: Log): RequestHandler =>
  async (req, res) => {
    const nonce = nonceOf(req.params.nonce)
    const done = await desk()[verb](nonce, parseQuery(req.url).kind)
    if (done) log.info({ nonce, verb }, 'a dead letter was settled by hand')
    give(res, done ? { nonce, done: verb } : undefined)
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
