import type { IncomingMessage, ServerResponse } from 'node:http'
import { type RequestHandler, Router } from 'express'
import type { ReadStatus } from '../admin/status.ts'
import type { Clock } from '../clock.ts'
import type { BaseHeaders } from '../http/base-headers.ts'
import { Problem } from '../http/problem.ts'
import { loadPageFiles, type PageFile } from './files.ts'
import { type Complaint, createLogin } from './login.ts'
import { loginPage } from './login-page.ts'
import { dashboardPage } from './page.ts'
import type { Sessions } from './session.ts'

export type DashboardOptions = {
  clock: Clock
  headers: BaseHeaders
  status: ReadStatus
  /** Whether the request may see anything. */
  isKnown: (req: IncomingMessage) => boolean
  /** @throws Problem when a form comes from elsewhere */
  refuseForeignForm: (req: IncomingMessage) => void
  /** Undefined without an admin token: everybody on the listener is known. */
  sessions: Sessions | undefined
  isToken: (token: string, req: IncomingMessage) => boolean
}

/** The page and what it needs, and the way in. Everything here may be asked for by a stranger: it tells nothing by itself. */
export const createDashboardRouter = (options: DashboardOptions): Router => {
  const { clock, headers, status, sessions, isKnown, isToken, refuseForeignForm } = options
  const give = (res: ServerResponse, code: number, text: string, more: Complaint['headers'] = {}) => {
    const type = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }
    res.writeHead(code, { ...headers, ...type, ...more, 'content-length': Buffer.byteLength(text) }).end(text)
  }
  const home: RequestHandler = (req, res) => {
    // Everything on the page is named from here.
    const path = req.originalUrl.replace(/\?.*$/, '')
    if (!path.endsWith('/'))
      return void res.writeHead(308, { ...headers, location: `${lastOf(path)}/` }).end()
    if (!isKnown(req)) return give(res, 401, loginPage())
    give(res, 200, dashboardPage({ status: status(), guarded: sessions !== undefined }))
  }
  const router = Router().get('/', home).get('/page/:name', createFileHandler(headers))
  if (!sessions) return router
  const again = (res: ServerResponse, { status, text, headers }: Complaint) =>
    give(res, status, loginPage(text), headers)
  const login = createLogin({ clock, headers, sessions, isToken, again })
  const own: RequestHandler = (req, _res, next) => {
    refuseForeignForm(req)
    next()
  }
  return router.post('/login', own, login.enter).post('/logout', own, login.leave)
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const createFileHandler = (headers: BaseHeaders): RequestHandler<{ name: string }> => {
  const files = loadPageFiles()
  return (req, res) => {
    const file = files.get(req.params.name)
    if (!file) throw new Problem('NOT_FOUND', 'no such file of the page: npm run build')
    giveFile(req, res, file, headers)
  }
}

const giveFile = (req: IncomingMessage, res: ServerResponse, file: PageFile, base: BaseHeaders): void => {
  const headers = { ...base, etag: file.etag, 'cache-control': 'no-cache' }
  if (req.headers['if-none-match'] === file.etag) return void res.writeHead(304, headers).end()
  res
    .writeHead(200, { ...headers, 'content-type': file.type, 'content-length': file.body.length })
    .end(file.body)
}
