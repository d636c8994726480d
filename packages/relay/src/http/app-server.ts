import { createServer, IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http'
import type { Express } from 'express'
import { partInStages } from './parting.ts'

/** Header and whole request must be here by then; the relay's own limit on slow bodies is tighter. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
/** How often node looks for connections that have overstayed; its own 30 s would let headers drip for 40. */
const CHECK_INTERVAL_MS = 1_000
/** Longer than proxies keep idle connections, so that it is they who close them: the other way round costs requests. */
const KEEP_ALIVE_MS = 75_000

/** Whether a request was taken; if not, it is the app's. */
export type Shortcut = (req: IncomingMessage, res: ServerResponse) => boolean

/**
 * An HTTP server for an Express app. Express changes the prototype of every request and response, which costs more
 * than all the rest of its work; here they are born with the app's own prototypes, so that the change changes nothing.
 * Classes, because node takes them to build from.
 *
 * @param shortcut asked before the app
 */
export const createAppServer = (app: Express, shortcut?: Shortcut): Server => {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse<AppRequest> {}
  adopt(app, 'request', AppRequest.prototype)
  adopt(app, 'response', AppResponse.prototype)
  const timeouts = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  }
  const listener: RequestListener<typeof AppRequest, typeof AppResponse> = shortcut
    ? (req, res) => {
        if (!shortcut(req, res)) app(req, res)
      }
    : app
  return partInStages(
    createServer({ IncomingMessage: AppRequest, ServerResponse: AppResponse, ...timeouts }, listener),
  )
}

/** The prototype inherits Express's methods and becomes the one the app hands to `setPrototypeOf`. */
const adopt = (app: Express, role: 'request' | 'response', prototype: object): void => {
  const methods: object = Reflect.get(app, role)
  Object.setPrototypeOf(prototype, methods)
  Object.defineProperty(prototype, 'app', { value: app, writable: true, configurable: true })
  Object.defineProperty(app, role, { value: prototype, writable: true, configurable: true, enumerable: true })
}
