import type { ServerResponse } from 'node:http'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Log } from '../telemetry/log.ts'
import type { BaseHeaders } from './base-headers.ts'
import { answerProblem, Problem } from './problem.ts'

/**
 * The one place where errors become answers. The router's word for a path that cannot be decoded is a URIError; what
 * else is no Problem is a fault of ours: the log gets its cause, the client does not.
 */
export const createRefuse =
  (log: Log, base: BaseHeaders) =>
  (res: ServerResponse, error: unknown): void => {
    const problem = error instanceof URIError ? noSuchPath() : error
    if (!(problem instanceof Problem)) log.error({ err: error }, 'a request failed')
    answerProblem(res, problem instanceof Problem ? problem : internal(), base)
  }

const internal = (): Problem => new Problem('INTERNAL', 'see the log of the relay')

/** The same as the end of a router. */
export const createProblemHandler = (log: Log, base: BaseHeaders): ErrorRequestHandler => {
  const refuse = createRefuse(log, base)
  return (error, _req, res, _next) => refuse(res, error)
}

/** The end of every listener of ours. */
export const notFound: RequestHandler = (_req, res) => answerProblem(res, noSuchPath())

const noSuchPath = (): Problem => new Problem('NOT_FOUND', 'no such path')

/** For a path that is served, by another method. */
export const onlyBy =
  (allow: string): RequestHandler =>
  (_req, res) =>
    answerProblem(res, new Problem('METHOD_NOT_ALLOWED', `served: ${allow}`, { Allow: allow }))
