import type { ServerResponse } from 'node:http'
import type { TokenSource } from '@wmkt/api/client'
import { type RequestHandler, Router } from 'express'
import type { Clock } from '../clock.ts'
import type { Forwarder } from '../forward/forwarder.ts'
import { adminHeaders } from '../http/base-headers.ts'
import { Problem } from '../http/problem.ts'
import { createProblemHandler, notFound } from '../http/problem-handler.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { decodeRecord } from '../record.ts'
import type { Log } from '../telemetry/log.ts'
import { createDesk, type Desk } from './desk.ts'
import { createGuard, type GuardOptions } from './guard.ts'
import { nonceOf, parseQuery } from './query.ts'
import type { Status } from './status.ts'

export type AdminOptions = {
  settings: GuardOptions & { projectId: string }
  clock: Clock
  log: Log
  /** Undefined until the relay has started. */
  parts: () => { outbox: Outbox; tokens: TokenSource; forwarder: Forwarder } | undefined
  /** Why nothing can be stored; undefined when it can. */
  refusal: () => Error | undefined
  counters: () => { trackersDropped: number }
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
    .get('/api/status', (_req, res) => give(res, statusOf(options)))
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

const statusOf = ({ settings, clock, parts, refusal, counters }: AdminOptions): Status => {
  const open = parts()
  const why = refusal()
  const frame = { projectId: settings.projectId, now: clock.now(), ready: why === undefined, ...counters() }
  if (!open) return { ...frame, ...(why && { problem: why.message }) }
  const { outbox, tokens, forwarder } = open
  return {
    ...frame,
    ...(why && { problem: why.message }),
    storage: { durability: outbox.durability, lanes: outbox.lanes().length },
    ledger: outbox.ledger(),
    forward: forwarder.status(),
    credential: tokens.health(),
  }
}
