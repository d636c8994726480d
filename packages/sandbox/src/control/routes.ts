import express, { type Request, type RequestHandler, Router } from 'express'
import type { Board } from '../faults/board.ts'
import { readFault } from '../faults/fault.ts'
import { windowOf } from '../http/page.ts'
import { badRequest, notFound } from '../http/refusal.ts'
import { oneOf, optional, readOrRefuse, shapeOf, text } from '../http/shape.ts'
import { isStorable } from '../http/storable.ts'
import { isUuid } from '../ids.ts'
import type { Settings } from '../settings.ts'
import type { Commands } from './commands.ts'
import type { EventFilter } from './inspect.ts'
import { loopbackOnly } from './loopback.ts'
import { readSettings } from './read-settings.ts'

export type ControlParts = {
  readonly commands: Commands
  readonly settings: Settings
  readonly board: Board
  /** Answers `GET /live`. */
  readonly stream: RequestHandler
}

const filterOf = shapeOf<EventFilter>({
  eventType: optional(text),
  status: optional(oneOf('accepted', 'computed', 'trashed')),
  nonce: optional(text),
  trackerId: optional(text),
  id: (input, name) =>
    input === undefined || (typeof input === 'string' && isUuid(input))
      ? { value: input }
      : { wrong: [`${name} must be a UUID`] },
  limit: (input) => {
    const window = windowOf({ limit: input ?? 1000 }, 'body')
    return 'wrong' in window ? window : { value: window.value.limit }
  },
})

const timeoutOf: (input: string | undefined) => number = (input) => Math.min(Number(input) || 5000, 60_000)

const queryOf = (req: Request): Record<string, string> => {
  const query = Object.fromEntries(new URL(req.originalUrl, 'http://sandbox').searchParams)
  if (!isStorable(query)) throw badRequest('The query holds U+0000 or broken Unicode')
  return query
}

/** What arrived. */
const createReads = ({ commands, settings, board, stream }: ControlParts): Router =>
  Router()
    .get('/events', async (req, res) => {
      res.json(await commands.events(readOrRefuse(filterOf, queryOf(req))))
    })
    .get('/events/wait', async (req, res) => {
      const { timeoutMs, ...filter } = queryOf(req)
      const found = commands.waitForEvent(readOrRefuse(filterOf, filter), { timeoutMs: timeoutOf(timeoutMs) })
      res.json(await found.catch((cause: Error) => Promise.reject(notFound(cause.message))))
    })
    .get('/interactions', async (req, res) => {
      const { offset } = readOrRefuse(windowOf, queryOf(req))
      res.json(await commands.interactions(offset))
    })
    .get('/users', async (_req, res) => {
      res.json(await commands.users())
    })
    .get('/counts', async (_req, res) => {
      res.json(await commands.counts())
    })
    .get('/settings', (_req, res) => {
      res.json(settings)
    })
    .get('/faults', (_req, res) => {
      res.json(board.list())
    })
    .get('/live', stream)

const DONE = { done: true }

/** What to do. */
const createWrites = ({ commands, settings }: ControlParts): Router => {
  const readBody = express.json({ limit: '1mb', strict: false, type: () => true })
  return Router()
    .patch('/settings', readBody, (req, res) => {
      commands.set(readSettings(req.body))
      res.json(settings)
    })
    .post('/faults', readBody, async (req, res) => {
      res.status(201).json((await commands.fault(readFault(req.body))) ?? DONE)
    })
    .delete('/faults', (_req, res) => {
      commands.clearFaults()
      res.json(DONE)
    })
    .delete('/faults/:id', (req, res) => {
      if (!commands.clearFaults(req.params.id)) throw notFound(`Fault ${req.params.id} not found`)
      res.json(DONE)
    })
    .post('/keys', async (_req, res) => {
      await commands.rotateKey()
      res.status(201).json(DONE)
    })
    .post('/personal-credentials', async (_req, res) => {
      res.status(201).json(await commands.personalCredentials())
    })
    .post('/reset', async (_req, res) => {
      await commands.reset()
      res.json(DONE)
    })
}

/** The control API below `/__sandbox`: what arrived, faults, settings, reset. For this machine only. */
export const createControl = (parts: ControlParts): Router =>
  Router().use(loopbackOnly).use(createReads(parts)).use(createWrites(parts))
