import { type EndpointName, type PathOverrides, ROUTES } from '@wmkt/api/paths'
import express, { type Request, type RequestHandler, Router } from 'express'
import type { Board } from '../faults/board.ts'
import { createGate } from '../faults/gate.ts'
import type { AccessTokens } from '../oauth/access-tokens.ts'
import type { AssertProject } from '../projects/find.ts'
import type { Settings } from '../settings.ts'
import { authenticate } from './authenticate.ts'
import type { Handler, Handlers } from './call.ts'
import { ENDPOINT_NAMES } from './endpoint-name.ts'
import { badRequest } from './refusal.ts'
import { isStorable } from './storable.ts'

/** POSTs that make nothing a client names later answer 200, the others 201 as NestJS does. Nothing answers 202 or 204. */
const ANSWERS_200: ReadonlySet<EndpointName> = new Set([
  'createEvent',
  'createEventSync',
  'queryInsights',
  'searchUsers',
])
const MAY_BE_ANONYMOUS: ReadonlySet<EndpointName> = new Set(['createEvent', 'createEventSync'])

type Parts = {
  readonly assertProject: AssertProject
  readonly settings: Settings
  readonly tokens: AccessTokens
  readonly board: Board
  readonly paths: PathOverrides
  readonly handlers: Handlers<EndpointName>
  readonly now: () => number
}

const tableOf = (values: Iterable<readonly [string, unknown]>): Record<string, string> =>
  Object.fromEntries([...values].flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])))

const queryOf = (req: Request): Record<string, string> =>
  tableOf(new URL(req.originalUrl, 'http://sandbox').searchParams)

const needed = (params: Readonly<Record<string, string>>, key: string): string => {
  const value = params[key]
  if (value === undefined) throw new Error(`the path has no parameter ${key}`)
  return value
}

const createEdge = (
  { assertProject, settings, tokens }: Parts,
  name: EndpointName,
  handle: Handler,
): RequestHandler => {
  const status = ROUTES[name].method === 'POST' && !ANSWERS_200.has(name) ? 201 : 200
  return async (req, res) => {
    const isOpen = settings.anonymousEvents && MAY_BE_ANONYMOUS.has(name) && !req.headers.authorization
    const caller = isOpen ? undefined : await authenticate(tokens, req)
    const body: unknown = req.body
    const given = {
      params: tableOf(Object.entries(req.params)),
      query: queryOf(req),
      body,
    }
    if (!isStorable(given)) throw badRequest('The request holds U+0000, broken Unicode or too deep a nesting')
    const { projectId } = given.params
    if (projectId !== undefined) await assertProject(projectId, caller)
    const { query, params } = given
    res.status(status).json(await handle({ param: (key) => needed(params, key), query, body, caller }))
  }
}

const expressPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1')

/** The API below `/api/v1`: every endpoint of the contract at its path, behind the fault gate. */
export const createApi = (parts: Parts): Router => {
  const router = Router({ caseSensitive: true })
  const readBody = express.json({ limit: '1mb', strict: false })
  for (const name of ENDPOINT_NAMES) {
    const { method, path } = ROUTES[name]
    const handle = parts.handlers[name]
    const verb = router.route(expressPath(parts.paths[name] ?? path))
    const chain = [createGate(parts.board, name, parts.now), readBody, createEdge(parts, name, handle)]
    if (method === 'GET') verb.get(chain)
    else if (method === 'POST') verb.post(chain)
    else if (method === 'PATCH') verb.patch(chain)
    else verb.delete(chain)
  }
  return router
}
