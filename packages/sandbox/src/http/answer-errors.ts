import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { GrantError } from '../oauth/grant-error.ts'
import { traceOf } from '../trace.ts'
import { badRequest, notFound, Refusal } from './refusal.ts'

/** A route nobody has, told as NestJS tells it. */
export const answerUnknownRoute: RequestHandler = (req) => {
  throw notFound(`Cannot ${req.method} ${req.path}`)
}

/** What body-parser and the router throw about a request: a status below 500 and a type. */
const statusOf = (error: unknown): number | undefined => {
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined
}

const refusalOf = (error: unknown): Refusal | GrantError | undefined => {
  if (error instanceof Refusal || error instanceof GrantError) return error
  switch (statusOf(error)) {
    case undefined:
      return undefined
    case 413:
      return new Refusal(413, 'request entity too large', 'Payload Too Large')
    case 415:
      return new Refusal(415, 'unsupported charset or encoding', 'Unsupported Media Type')
    default:
      return badRequest(
        error instanceof SyntaxError ? 'The body is not valid JSON' : 'The request cannot be read',
      )
  }
}

/** The one place where errors become answers. What nobody foresaw is logged by its trace and told without it. */
export const createErrorAnswer =
  (log: Logger): ErrorRequestHandler =>
  (error, req, res, next) => {
    if (res.headersSent) return next(error)
    const refusal = refusalOf(error)
    if (!refusal) log.error({ failure: traceOf(error), method: req.method }, 'request failed')
    const { status, body } = refusal ?? new Refusal(500, 'Internal server error')
    res.status(status).json(body)
  }
