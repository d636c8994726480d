import type { IncomingMessage, ServerResponse } from 'node:http'
import { Router } from 'express'
import { nonceOf, parseQuery } from '../admin/query.ts'
import { type CallerPolicy, callerOf } from '../collect/caller.ts'
import type { BaseHeaders } from '../http/base-headers.ts'
import { giveJson } from '../http/give-json.ts'
import { Problem } from '../http/problem.ts'
import type { ReadFate } from './read-fate.ts'

export type FateRouterOptions = {
  policy: CallerPolicy
  fate: ReadFate
  /** @throws Problem RATE_LIMITED */
  charge: (req: IncomingMessage) => void
  headers: BaseHeaders
}

/** `GET {base}/items/{nonce}`: what became of an item, for callers with a server key alone. */
export const createFateRouter = ({ policy, fate, charge, headers }: FateRouterOptions): Router => {
  const give = giveJson(headers)
  const isKeyed = (req: IncomingMessage): boolean => {
    const caller = callerOf(req.headers, policy)
    return caller.kind === 'server' && caller.keyed
  }
  return Router().get('/items/:nonce', async (req, res: ServerResponse) => {
    if (!isKeyed(req)) throw new Problem('KEY_REFUSED', 'expected Authorization: Bearer with a server key')
    charge(req)
    give(res, await fate(nonceOf(req.params.nonce), parseQuery(req.url).kind))
  })
}
