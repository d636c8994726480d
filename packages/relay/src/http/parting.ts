import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** How long a peer may go on sending after our last words, in ms, before it is cut off. */
const PARTING_MS = 2_000

/** What the parser of HTTP makes of bytes that are no request, by node's code; all else is a bad request. */
const LAST_WORDS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/**
 * Closes a connection in stages (RFC 9112, 9.6): says the last words, and reads past what still comes until the peer closes too, or
 * the time is up. Closed at once, it would be reset by whatever the peer is sending just then, and the answer lost with it.
 */
const part = (socket: Socket, lastWords = ''): void => {
  socket.removeAllListeners('data').on('data', () => {})
  const cut = setTimeout(() => socket.destroy(), PARTING_MS).unref()
  socket.on('close', () => clearTimeout(cut)).resume()
  socket.end(lastWords)
}

/** Whether an answer is on its way, into which nothing may be written. Node looks there too, and has no other place for it. */
const isAnswering = (socket: Socket): boolean => Reflect.get(socket, '_httpMessage')?.headersSent === true

/** Lets a server close connections in stages, where node closes them at once: after an answer that is the last, and on what is no request. */
export const partInStages = (server: Server): Server => {
  const parting = new WeakSet<Socket>()
  const leave = (socket: Socket, lastWords?: string): void => {
    if (parting.has(socket) || !socket.writable) return void socket.destroy()
    parting.add(socket)
    part(socket, lastWords)
  }
  return server
    .on('connection', (socket) => {
      // What node calls after the last answer.
      socket.destroySoon = () => leave(socket)
    })
    .on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (error.code === 'ECONNRESET' || isAnswering(socket as Socket)) return void socket.destroy()
      const status = LAST_WORDS[error.code ?? ''] ?? '400 Bad Request'
      leave(socket as Socket, `HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
    })
}
