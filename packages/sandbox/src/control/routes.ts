import express, { type Request, Router } from 'express'
import type { Board, Posted } from '../faults/board.ts'
import { type Fault, readFault } from '../faults/fault.ts'
import { windowOf } from '../http/page.ts'
import { notFound } from '../http/refusal.ts'
import { oneOf, optional, readOrRefuse, shapeOf, text } from '../http/shape.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { countAll, type EventFilter, inspectEvents, inspectInteractions } from './inspect.ts'
import { loopbackOnly } from './loopback.ts'
import { readSettings } from './read-settings.ts'

export type ControlParts = {
  readonly db: Database
  readonly projectId: string
  readonly settings: Settings
  readonly board: Board
  /** Puts a fault up, or does it at once; undefined for those that do not stand. */
  fault(fault: Fault): Promise<Posted | undefined>
  reset(): Promise<void>
}

const filterOf = shapeOf<EventFilter>({
  eventType: optional(text),
  status: optional(oneOf('accepted', 'computed', 'trashed')),
  nonce: optional(text),
  trackerId: optional(text),
  id: optional(text),
  limit: (input) => {
    const window = windowOf({ limit: input ?? 1000 }, 'body')
    return 'wrong' in window ? window : { value: window.value.limit }
  },
})

const queryOf = (req: Request) => Object.fromEntries(new URL(req.originalUrl, 'http://sandbox').searchParams)

/** The control API below `/__sandbox`: what arrived, faults, settings, reset. For this machine only. */
export const createControl = ({ db, projectId, settings, board, fault, reset }: ControlParts): Router => {
  const readBody = express.json({ limit: '1mb', strict: false, type: () => true })
  return Router()
    .use(loopbackOnly)
    .get('/events', async (req, res) => {
      res.json(await inspectEvents(db, projectId, readOrRefuse(filterOf, queryOf(req))))
    })
    .get('/interactions', async (_req, res) => {
      res.json(await inspectInteractions(db, projectId))
    })
    .get('/counts', async (_req, res) => {
      res.json(await countAll(db, projectId))
    })
    .get('/settings', (_req, res) => {
      res.json(settings)
    })
    .patch('/settings', readBody, (req, res) => {
      res.json(Object.assign(settings, readSettings(req.body)))
    })
    .get('/faults', (_req, res) => {
      res.json(board.list())
    })
    .post('/faults', readBody, async (req, res) => {
      res.status(201).json((await fault(readFault(req.body))) ?? { done: true })
    })
    .delete('/faults', (_req, res) => {
      board.clear()
      res.json({ done: true })
    })
    .delete('/faults/:id', (req, res) => {
      if (!board.remove(req.params.id)) throw notFound(`Fault ${req.params.id} not found`)
      res.json({ done: true })
    })
    .post('/reset', async (_req, res) => {
      await reset()
      res.json({ done: true })
    })
}
