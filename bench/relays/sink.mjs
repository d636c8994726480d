import { once } from 'node:events'
import { createServer } from 'node:http'
import { eventTypes } from '../servers/schema.mjs'

const NONCE = /"nonce":\s*"([^"]+)"/g
const JSON_TYPE = { 'content-type': 'application/json' }

/** What our relay reads besides: event types, project, trash. */
const listOf = (url) => {
  const data = url.includes('/event-types') ? eventTypes : []
  return JSON.stringify({ data, total: data.length, offset: 0, limit: 100 })
}

/**
 * The upstream: keeps the nonces of whatever is posted to it, on any path, and how often each came. Its `fault` is a
 * status that it answers everything with, or `hang`: it takes requests and neither keeps nor answers them.
 */
export const openSink = async () => {
  const times = new Map()
  const hanging = new Set()
  let fault
  let posts = 0
  const keep = (text) => {
    for (const [, nonce] of text.matchAll(NONCE)) times.set(nonce, (times.get(nonce) ?? 0) + 1)
  }
  const answer = (request, response, text) => {
    if (fault === 'hang') return hanging.add(response)
    if (fault) return response.writeHead(fault, JSON_TYPE).end('{"message":"a fault of the bench"}')
    if (request.method !== 'POST') return response.writeHead(200, JSON_TYPE).end(listOf(request.url))
    posts += 1
    keep(text)
    response.writeHead(200, JSON_TYPE).end('"0190a6a0-0000-7000-8000-000000000000"')
  }
  const server = createServer(async (request, response) => {
    const text = await request
      .setEncoding('utf8')
      .toArray()
      .then((parts) => parts.join(''))
      .catch(() => undefined)
    if (text !== undefined) answer(request, response, text)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    times,
    posts: () => posts,
    setFault(next) {
      fault = next
      for (const response of hanging) response.destroy()
      hanging.clear()
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
