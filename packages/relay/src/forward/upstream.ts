import type { Socket } from 'node:net'
import { buildConnector, type Dispatcher, Pool } from 'undici'
import type { Clock } from '../clock.ts'
import { createSlab } from '../slab.ts'
import { createHanding } from './handing.ts'
import { MAX_ANSWER_BYTES, type Outcome } from './outcome.ts'
import type { UpstreamRequest } from './request.ts'

/** Beyond this the connection is cut: draining costs more than a new one. */
const MAX_DRAINED_BYTES = 1_048_576
const CONNECT_MS = 10_000

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

/** The wire to the upstream: the only file that opens connections to it. */
export const createUpstream = ({ apiUrl, concurrency, deadlineMs, clock }: UpstreamOptions): Upstream => {
  const stale = new WeakSet<Error>()
  const pool = new Pool(apiUrl.origin, {
    connections: concurrency,
    pipelining: 1,
    headersTimeout: deadlineMs,
    bodyTimeout: deadlineMs,
    connect: connectorNoting(stale, Math.min(deadlineMs, CONNECT_MS)),
  })
  const hand = createHanding<Ended>(({ outcome, then }) => then(outcome))
  const [bare, withBody] = [createHeaders(false), createHeaders(true)]
  const base = apiUrl.pathname.replace(/\/+$/, '')
  const ask: Upstream['ask'] = ({ method, path, body }, token, then) => {
    const handler = handlerOf((outcome) => hand({ outcome, then }), { stale, deadlineMs, clock })
    const headers = body === undefined ? bare(token) : withBody(token)
    const bytes = typeof body === 'string' ? bytesOf(body) : (body ?? null)
    pool.dispatch({ method, path: base + path, headers, body: bytes }, handler)
  }
  return {
    call: (request, token) => new Promise((resolve) => ask(request, token, resolve)),
    ask,
    close: () => pool.destroy(),
  }
}

type Ended = { outcome: Outcome; then: (outcome: Outcome) => void }

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

/** Connects as undici does, and notes the errors of connections that had carried an answer before. */
const connectorNoting = (stale: WeakSet<Error>, timeout: number): buildConnector.connector => {
  const connect = buildConnector({ timeout })
  return (options, callback) =>
    connect(options, (...args) => {
      const socket: Socket | null = args[1]
      if (socket) noteStale(socket, stale)
      callback(...args)
    })
}

const noteStale = (socket: Socket, stale: WeakSet<Error>): void => {
  const readBefore = socket.bytesRead
  socket.on('error', (error: Error) => {
    if (socket.bytesRead > readBefore && RESETS.has(codeOf(error))) stale.add(error)
  })
}

const RESETS = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name).slice(0, 64)

const cutFor = (code: string): Error => Object.assign(new Error('cut by the relay'), { code })

type HandlerContext = { stale: WeakSet<Error>; deadlineMs: number; clock: Clock }

/**
 * Hears of one request by the callbacks undici works with inside: by those it calls new, each request costs two objects
 * more, and a map of all headers. A response begins with `onHeaders`, more than once when it is preceded by 1xx.
 */
const handlerOf = (
  then: (outcome: Outcome) => void,
  { stale, deadlineMs, clock }: HandlerContext,
): Dispatcher.DispatchHandler => {
  const startedAt = clock.now()
  const chunks: Buffer[] = []
  let kept = 0
  let drained = 0
  let cut: ((error: Error) => void) | undefined
  let status = 0
  let retryAfter: string | undefined
  let isOver = false
  /** What comes of a connection that was cut after its answer is heeded no more. */
  const end = (outcome: Outcome) => {
    if (!isOver) then(outcome)
    isOver = true
  }
  const answer = (): Outcome => {
    const body = textOf(chunks)
    const latencyMs = clock.now() - startedAt
    return retryAfter === undefined
      ? { kind: 'answer', status, body, latencyMs }
      : { kind: 'answer', status, body, latencyMs, retryAfter }
  }
  return {
    // Called when a connection has been found, just before the first byte: from here on nobody can be sure.
    onConnect(abort) {
      cut = abort
    },
    onHeaders(statusCode, headers) {
      status = statusCode
      retryAfter = statusCode < 400 ? undefined : headerOf('retry-after', headers)
      return true
    },
    onData(chunk) {
      const room = MAX_ANSWER_BYTES - kept
      if (room > 0) chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
      kept += Math.min(room, chunk.length)
      drained += chunk.length
      if (clock.now() - startedAt > 2 * deadlineMs) cut?.(cutFor('ANSWER_TOO_SLOW'))
      else if (drained > MAX_DRAINED_BYTES) {
        end(answer())
        cut?.(cutFor('ANSWER_TOO_LONG'))
      }
      return true
    },
    onComplete: () => end(answer()),
    onError(error) {
      const latencyMs = clock.now() - startedAt
      const written = cut !== undefined
      end({ kind: 'failure', code: codeOf(error), written, staleSocket: stale.has(error), latencyMs })
    },
  }
}

const textOf = (chunks: readonly Buffer[]): string =>
  (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString('utf8')

/** Of a header among names and values in turn, the first if there are several. */
const headerOf = (name: string, headers: readonly Buffer[]): string | undefined => {
  for (let at = 0; at + 1 < headers.length; at += 2)
    if (headers[at]?.toString('latin1').toLowerCase() === name) return headers[at + 1]?.toString('latin1')
  return undefined
}
