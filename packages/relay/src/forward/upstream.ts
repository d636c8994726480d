import type { Clock } from '../clock.ts'
import { createSlab } from '../slab.ts'
import { type Connection, createConnection, createDial } from './connection.ts'
import { createHanding } from './handing.ts'
import type { Outcome } from './outcome.ts'
import type { UpstreamRequest } from './request.ts'

export interface Upstream {
  /** One request, never repeated nor redirected here. Never rejects. */
  call(request: UpstreamRequest, token: string): Promise<Outcome>
  /** The same, and calls back: once, and never at once. */
  ask(request: UpstreamRequest, token: string, then: (outcome: Outcome) => void): void
  /** Cuts every connection; calls under way end as failures. */
  close(): Promise<void>
}

export type UpstreamOptions = {
  /** Base of the API, `…/api/v1`. The credential goes to this origin only. */
  apiUrl: URL
  /** Most connections. */
  concurrency: number
  /** For the head of an answer, between parts of its body, and for its body as a whole, in ms. */
  deadlineMs: number
  clock: Clock
}

/** The wire to the upstream. A connection is taken by a look at the last one freed, where undici's pool would go through them. */
export const createUpstream = ({ apiUrl, concurrency, deadlineMs, clock }: UpstreamOptions): Upstream => {
  const dial = createDial(deadlineMs)
  const shared = { origin: apiUrl.origin, dial, deadlineMs, clock }
  let isClosed = false
  const connections: Connection[] = []
  const free: Connection[] = []
  /** Calls for which no connection was free. */
  const waiting: ((connection: Connection) => void)[] = []
  const onEnded = createHanding<Connection>((connection) => connection.tell())
  const onFree = (connection: Connection) => {
    const next = waiting.shift()
    if (next) next(connection)
    else free.push(connection)
  }
  const open = (): Connection => {
    const connection = createConnection({ ...shared, onEnded, onFree })
    connections.push(connection)
    // Whoever waited for a token until now is told a failure, and nothing is sent.
    if (isClosed) void connection.close()
    return connection
  }
  const take = () => free.pop() ?? (connections.length < concurrency ? open() : undefined)
  const [bare, withBody] = [createHeaders(false), createHeaders(true)]
  const base = apiUrl.pathname.replace(/\/+$/, '')
  const ask: Upstream['ask'] = ({ method, path, body }, token, then) => {
    const headers = body === undefined ? bare(token) : withBody(token)
    const bytes = typeof body === 'string' ? bytesOf(body) : (body ?? null)
    const request = { method, path: base + path, headers, body: bytes }
    const connection = take()
    if (connection) connection.ask(request, then)
    else waiting.push((freed) => freed.ask(request, then))
  }
  return {
    call: (request, token) => new Promise((resolve) => ask(request, token, resolve)),
    ask,
    async close() {
      isClosed = true
      await Promise.all(connections.map((one) => one.close()))
    },
  }
}

const slab = createSlab()

/** As undici would, out of larger blocks than node's own: these are gone through in eighteen requests. */
const bytesOf = (text: string): Buffer => {
  const bytes = slab(Buffer.byteLength(text))
  bytes.write(text)
  return bytes
}

const headersOf = (token: string, hasBody: boolean): string[] => {
  const headers = ['authorization', `Bearer ${token}`, 'accept', 'application/json']
  if (hasBody) headers.push('content-type', 'application/json')
  return headers
}

/** The same, made anew only when there is another token. */
const createHeaders = (hasBody: boolean): ((token: string) => string[]) => {
  let last: { token: string; headers: string[] } | undefined
  return (token) => {
    if (last?.token !== token) last = { token, headers: headersOf(token, hasBody) }
    return last.headers
  }
}
