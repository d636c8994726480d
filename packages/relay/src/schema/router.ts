import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Coercion, documentOf, type Schema } from '@wmkt/protocol/schema'
import { Router } from 'express'
import { type Caller, type CallerPolicy, callerOf } from '../collect/caller.ts'
import { setCors } from '../collect/cors.ts'
import { busy, RETRY_MS } from '../collect/refusal.ts'
import type { BaseHeaders } from '../http/base-headers.ts'
import { giveJson } from '../http/give-json.ts'
import { Problem } from '../http/problem.ts'

export type SchemaRouterOptions = {
  settings: {
    debug: boolean
    coercions: ReadonlySet<Coercion>
    browserEventTypes: ReadonlySet<string> | undefined
  }
  policy: CallerPolicy
  /** Undefined while nothing is known, and where nothing is looked at. */
  schema: () => Schema | undefined
  /** @throws Problem RATE_LIMITED */
  charge: (req: IncomingMessage) => void
  headers: BaseHeaders
  /** In [0, 1). */
  random: () => number
}

/** `GET {base}/schema`: the event types that pages may post, for debug.js. A stranger's page learns nothing. */
export const createSchemaRouter = (options: SchemaRouterOptions): Router => {
  const { settings, policy, schema, charge, random } = options
  const give = giveJson(options.headers)
  const show = (req: IncomingMessage, res: ServerResponse) => {
    const caller = callerOf(req.headers, policy)
    setCors(res, caller)
    if (!isPage(caller)) throw new Problem('ORIGIN_REFUSED', 'neither same-origin nor an allowed origin')
    charge(req)
    const known = schema()
    if (!known) throw busy('STARTING', 'no event types are known yet', RETRY_MS, random)
    give(res, documentOf(known, settings.coercions, settings.browserEventTypes))
  }
  return settings.debug ? Router().get('/schema', show) : Router()
}

/** Unlike collect, what names no origin at all gets nothing: only pages have use for it. */
const isPage = (caller: ReturnType<typeof callerOf>): caller is Caller =>
  caller.kind === 'browser' || (caller.kind === 'server' && caller.keyed)
