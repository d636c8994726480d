import type { Socket } from 'node:net'
import { buildConnector, Client, type Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import { createJoinCorked } from './join-corked.ts'
import { MAX_ANSWER_BYTES, type Outcome } from './outcome.ts'
import { createReadBuffer } from './read-buffer.ts'

/** Beyond this the connection is cut: draining costs more than a new one. */
const MAX_DRAINED_BYTES = 1_048_576
const CONNECT_MS = 10_000

export type ConnectionOptions = {
  origin: string
  dial: Dial
  /** For the head of an answer, between parts of its body, and for its body as a whole, in ms. */
  deadlineMs: number
  clock: Clock
  /** It is known how the request ended: to be called back by `tell`, and not from in here. */
  onEnded: (connection: Connection) => void
  /** The connection takes another request. */
  onFree: (connection: Connection) => void
}

/** One connection to the upstream, made when it is first used and made anew when it broke; one request at a time. */
export interface Connection {
  ask(request: Dispatcher.DispatchOptions, then: (outcome: Outcome) => void): void
  /** Calls back with how the request ended. */
  tell(): void
  /** A request under way ends as a failure, as does any that comes later. */
  close(): Promise<void>
}

/**
 * Hears of its requests by the callbacks undici works with inside: by those it calls new, each request costs two objects
 * more, and a map of all headers. They are made once, not for each of thousands of requests a second.
 */
export const createConnection = (options: ConnectionOptions): Connection => {
  const { origin, dial, deadlineMs, clock, onEnded, onFree } = options
  const timeouts = { headersTimeout: deadlineMs, bodyTimeout: deadlineMs }
  const makeClient = () => new Client(origin, { pipelining: 1, connect: dial.connect, ...timeouts })
  let client = makeClient()
  /** It could not connect. Such a client may believe for good that a request is running: undici's own pool keeps none either. */
  let isBroken = false
  let isClosed = false
  const answer = createAnswer()
  let then: (outcome: Outcome) => void = ignore
  let outcome: Outcome | undefined
  let startedAt = 0
  let cut: ((error: Error) => void) | undefined

  const sinceMs = () => clock.now() - startedAt
  /** What comes of a connection that was cut after its answer is heeded no more. */
  const end = (ended: Outcome) => {
    outcome ??= ended
    onEnded(connection)
  }
  const handler: Dispatcher.DispatchHandler = {
    // Called when a connection has been found, just before the first byte: from here on nobody can be sure.
    onConnect(abort) {
      cut = abort
    },
    // More than once when the response is preceded by 1xx.
    onHeaders(status, headers) {
      answer.begin(status, headers)
      return true
    },
    onData(chunk) {
      const isFirst = answer.add(chunk) === chunk.length
      // The deadlines between its parts see to the first.
      if (!isFirst && sinceMs() > 2 * deadlineMs) cut?.(cutFor('ANSWER_TOO_SLOW'))
      else if (answer.length() > MAX_DRAINED_BYTES) {
        outcome = answer.outcome(sinceMs())
        cut?.(cutFor('ANSWER_TOO_LONG'))
      }
      return true
    },
    onComplete: () => end(answer.outcome(sinceMs())),
    onError(error) {
      const written = cut !== undefined
      isBroken = !written
      const staleSocket = dial.isStale(error)
      end({ kind: 'failure', code: codeOf(error), written, staleSocket, latencyMs: sinceMs() })
    },
  }
  const renew = () => {
    void client.destroy()
    client = makeClient()
    isBroken = false
  }
  const connection: Connection = {
    ask(request, onOutcome) {
      if (isBroken && !isClosed) renew()
      then = onOutcome
      startedAt = clock.now()
      client.dispatch(request, handler)
    },
    tell() {
      const [told, ended] = [then, outcome]
      // Nothing of the request is kept while the connection waits for another.
      then = ignore
      outcome = undefined
      cut = undefined
      answer.begin(0, [])
      onFree(connection)
      if (ended) told(ended)
    },
    close() {
      isClosed = true
      return client.destroy()
    },
  }
  return connection
}

const ignore = () => {}

/** What is read of an answer. */
const createAnswer = () => {
  let chunks: Buffer[] = []
  let length = 0
  let status = 0
  let retryAfter: string | undefined
  return {
    begin(statusCode: number, headers: readonly Buffer[]) {
      if (length > 0) chunks = []
      length = 0
      status = statusCode
      retryAfter = statusCode < 400 ? undefined : headerOf('retry-after', headers)
    },
    /** @returns bytes that came so far */
    add(chunk: Buffer): number {
      const room = MAX_ANSWER_BYTES - length
      if (room > 0) chunks.push(kept(chunk.length > room ? chunk.subarray(0, room) : chunk, length > 0))
      length += chunk.length
      return length
    },
    length: () => length,
    outcome(latencyMs: number): Outcome {
      const body = textOf(chunks)
      return retryAfter === undefined
        ? { kind: 'answer', status, body, latencyMs }
        : { kind: 'answer', status, body, latencyMs, retryAfter }
    },
  }
}

/** Where more of an answer comes later it may take a minute, and what is read lies in large blocks that all share. */
const kept = (piece: Buffer, isLater: boolean): Buffer => (isLater ? Buffer.from(piece) : piece)

const textOf = (chunks: readonly Buffer[]): string =>
  (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString('utf8')

/** Of a header among names and values in turn, the first if there are several. */
const headerOf = (name: string, headers: readonly Buffer[]): string | undefined => {
  for (let at = 0; at + 1 < headers.length; at += 2)
    if (headers[at]?.toString('latin1').toLowerCase() === name) return headers[at + 1]?.toString('latin1')
  return undefined
}

/** How connections are made. They share what is known of TLS sessions. */
export type Dial = {
  connect: buildConnector.connector
  /** Whether the error is that of a connection which had carried an answer before. */
  isStale(error: Error): boolean
}

/** Connects as undici does, and notes errors. */
export const createDial = (deadlineMs: number): Dial => {
  const connect = buildConnector({ timeout: Math.min(deadlineMs, CONNECT_MS), onread: createReadBuffer() })
  const joinCorked = createJoinCorked()
  const stale = new WeakSet<Error>()
  const noteStale = (socket: Socket) => {
    const readBefore = socket.bytesRead
    socket.on('error', (error: Error) => {
      if (socket.bytesRead > readBefore && RESETS.has(codeOf(error))) stale.add(error)
    })
  }
  return {
    connect: (options, callback) =>
      connect(options, (...args) => {
        const socket: Socket | null = args[1]
        if (socket) {
          noteStale(socket)
          joinCorked(socket)
        }
        callback(...args)
      }),
    isStale: (error) => stale.has(error),
  }
}

const RESETS = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name).slice(0, 64)

const cutFor = (code: string): Error => Object.assign(new Error('cut by the relay'), { code })
