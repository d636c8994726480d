import type { ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { Problem } from '../http/problem.ts'
import { type Caller, type CallerPolicy, callerOf, type Refusal } from './caller.ts'

const EXPOSED = 'Retry-After, Wmkt-Durability'

const VARY = { Vary: 'Origin' }

/** What lets an allowed page of another origin read the answer, problems too. Never credentials. */
export const corsHeaders = (caller: Caller | Refusal): Readonly<Record<string, string>> =>
  caller.kind !== 'browser' || caller.corsOrigin === undefined
    ? VARY
    : { ...VARY, 'Access-Control-Allow-Origin': caller.corsOrigin, 'Access-Control-Expose-Headers': EXPOSED }

export const setCors = (res: ServerResponse, caller: Caller | Refusal): void => {
  for (const [name, value] of Object.entries(corsHeaders(caller))) res.setHeader(name, value)
}

/** `OPTIONS {base}/collect`: asked for by JSON or gzip from another origin; the tag's text needs none. */
export const createPreflight =
  (policy: CallerPolicy): RequestHandler =>
  (req, res) => {
    const caller = callerOf(req.headers, policy)
    setCors(res, caller)
    if (caller.kind === 'refused' && caller.code === 'ORIGIN_REFUSED')
      throw new Problem('ORIGIN_REFUSED', 'neither same-origin nor an allowed origin')
    res.writeHead(204, {
      Allow: 'POST, OPTIONS',
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'Content-Type, Content-Encoding',
      'Access-Control-Max-Age': '7200',
    })
    res.end()
  }
