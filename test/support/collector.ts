import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Batch, Item, Receipt } from '@wmkt/protocol'

/** How the collector answers a batch. `hang` never answers; `cut` stores, then destroys the socket. */
export type Fault =
  | 'none'
  | 'hang'
  | 'cut'
  | { status: number; headers?: Record<string, string>; body?: string }

export type Arrival = { path: string; batch: Batch; contentType: string; cookie: string; bytes: number }

export type Collector = {
  readonly url: string
  readonly port: number
  /** Every batch whose body was read whole, whatever was answered. */
  readonly arrivals: Arrival[]
  /** The items that were stored, once each, by nonce. */
  readonly stored: Map<string, Item>
  fault: Fault | ((batch: Batch) => Fault)
  /** Ms before a preflight is answered. */
  preflightMs: number
  /** What the receipt says besides: by nonce, `rejected` or `held` with that code. */
  verdicts: Map<string, { ending: 'rejected' | 'held'; code: string }>
  /** Pages and scripts, by path. */
  serve(path: string, body: string | Buffer, type?: string, headers?: Record<string, string>): void
  /** Nonces on the wire in the order they came, with repeats. */
  wire(): string[]
  /** The batches that left after this time of the machine's one clock: what a closing page has sent may still be on its way. */
  sentAfter(at: number): Arrival[]
  stop(): Promise<void>
  start(): Promise<void>
}

type Page = { body: string | Buffer; type: string; headers: Record<string, string> }

const readBody = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

const listen = (server: ReturnType<typeof createServer>, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

/** A relay's collect route as the wire protocol describes it, with faults on request, and the pages that post to it. */
export const startCollector = async (): Promise<Collector> => {
  const pages = new Map<string, Page>()
  const arrivals: Arrival[] = []
  const stored = new Map<string, Item>()
  const sockets = new Set<Socket>()

  const receiptOf = (items: Item[]): Receipt => {
    const receipt: Receipt = { accepted: 0, duplicates: 0, rejected: [], held: [] }
    items.forEach((item, index) => {
      const { nonce } = item
      const verdict = collector.verdicts.get(nonce)
      if (verdict?.ending === 'rejected') {
        receipt.rejected.push({ index, nonce, code: 'ITEM_INVALID', message: verdict.code })
        return
      }
      if (verdict) receipt.held.push({ nonce, code: verdict.code })
      receipt[stored.has(nonce) ? 'duplicates' : 'accepted'] += 1
      stored.set(nonce, item)
    })
    return receipt
  }

  const collect = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readBody(request).catch(() => undefined)
    if (text === undefined) return
    const batch: Batch = JSON.parse(text)
    const { 'content-type': contentType = '', cookie = '' } = request.headers
    arrivals.push({ path, batch, contentType, cookie, bytes: Buffer.byteLength(text) })
    const fault = typeof collector.fault === 'function' ? collector.fault(batch) : collector.fault
    if (fault === 'hang') return
    if (typeof fault === 'object') {
      response.writeHead(fault.status, { ...fault.headers }).end(fault.body ?? '{}')
      return
    }
    const receipt = receiptOf(batch.items)
    if (fault === 'cut') response.destroy()
    else response.writeHead(202, { 'Content-Type': 'application/json' }).end(JSON.stringify(receipt))
  }

  const preflight = (response: ServerResponse): void => {
    setTimeout(() => response.writeHead(204).end(), collector.preflightMs)
  }

  const page = (path: string, response: ServerResponse): void => {
    const found = pages.get(path)
    response.writeHead(found ? 200 : 404, { 'Content-Type': found?.type ?? 'text/plain', ...found?.headers })
    response.end(found?.body)
  }

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const path = new URL(request.url ?? '/', 'http://collector').pathname
    response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*')
    response.setHeader('Access-Control-Allow-Headers', '*')
    response.setHeader('Access-Control-Expose-Headers', 'Retry-After')
    if (request.method === 'OPTIONS') preflight(response)
    else if (request.method === 'POST' && path.endsWith('/collect')) void collect(path, request, response)
    else page(path, response)
  }

  let server = createServer(handle)
  const open = async (port: number): Promise<number> => {
    server = createServer(handle)
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    return listen(server, port)
  }
  const port = await open(0)

  const collector: Collector = {
    url: `http://127.0.0.1:${port}`,
    port,
    arrivals,
    stored,
    fault: 'none',
    preflightMs: 0,
    verdicts: new Map(),
    serve(path, body, type = 'text/html; charset=utf-8', headers = {}) {
      pages.set(path, { body, type, headers })
    },
    wire: () => arrivals.flatMap(({ batch }) => batch.items.map(({ nonce }) => nonce)),
    sentAfter: (at) => arrivals.filter(({ batch }) => Number(batch.sentAt) > at),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
    async start() {
      await open(port)
    },
  }
  return collector
}
