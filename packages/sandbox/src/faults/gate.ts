import { setTimeout as delay } from 'node:timers/promises'
import type { RequestHandler, Response } from 'express'
import { Refusal } from '../http/refusal.ts'
import type { Board } from './board.ts'
import type { StandingFault, Target } from './fault.ts'

const retryAfter = (seconds: number, form: 'seconds' | 'date' | undefined, nowMs: number): string =>
  form === 'date' ? new Date(nowMs + seconds * 1000).toUTCString() : String(seconds)

/** Closes the connection instead of answering: what the handler did stays done. */
const cutInsteadOfAnswering = (res: Response): void => {
  res.json = () => {
    res.socket?.destroy()
    return res
  }
}

type Struck = 'answered' | 'goes on'

const suffer = async (fault: StandingFault, res: Response, now: () => number): Promise<Struck> => {
  switch (fault.kind) {
    case 'delay':
      await delay(fault.delayMs)
      return 'goes on'
    case 'status':
      res.status(fault.status).json(fault.body ?? new Refusal(fault.status, 'A fault of the sandbox').body)
      return 'answered'
    case 'rate-limit':
      res.set('Retry-After', retryAfter(fault.retryAfterS, fault.form, now()))
      res.status(429).json(new Refusal(429, 'Too Many Requests').body)
      return 'answered'
    case 'cut':
      if (fault.when === 'before-storing') {
        res.socket?.destroy()
        return 'answered'
      }
      cutInsteadOfAnswering(res)
      return 'goes on'
    case 'silent-trash':
      return 'goes on'
  }
}

/** Lets the faults that stand for a target strike its requests, before anything else looks at them. */
export const createGate =
  (board: Board, target: Exclude<Target, '*'>, now: () => number): RequestHandler =>
  async (_req, res, next) => {
    for (const fault of board.strike(target)) {
      if ((await suffer(fault, res, now)) === 'answered') return
    }
    next()
  }
