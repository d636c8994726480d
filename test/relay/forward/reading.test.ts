import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import { createUpstream } from '../../../packages/relay/src/forward/upstream.ts'

const CONNECTIONS = 8
const CALLS = 12 * CONNECTIONS
const LONG = 40_000
/** Of the bytes that connections are read into together. */
const BLOCK = 262_144
const PIECES = 24
let identity: { key: string; cert: string }

beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'upstream' }])
  identity = { key: made.private, cert: made.cert }
})
afterAll(() => void vi.unstubAllEnvs())

const serve = async (protocol: string, listener: RequestListener): Promise<URL> => {
  const server = protocol === 'https' ? createSecureServer(identity, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`)
}
const wireTo = (apiUrl: URL) => {
  const upstream = createUpstream({
    apiUrl,
    concurrency: CONNECTIONS,
    deadlineMs: 10_000,
    clock: systemClock,
  })
  onTestFinished(() => upstream.close())
  return upstream
}
/** Never that of another request, and too long for one piece. */
const answerTo = (path = ''): string => path.padEnd(LONG, path)

test.each(['http', 'https'])('what comes together over %s reaches whoever asked for it', async (protocol) => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  // All have begun before any goes on.
  let begun: (() => void)[] = []
  const apiUrl = await serve(protocol, (request, response) => {
    const answer = answerTo(request.url)
    response.write(answer.slice(0, 1_000), () => {
      if (begun.push(() => response.end(answer.slice(1_000))) < CONNECTIONS) return
      for (const goOn of begun) goOn()
      begun = []
    })
    request.resume()
  })
  const upstream = wireTo(apiUrl)
  const ask = (path: string) => upstream.call({ method: 'POST', path, body: '{}' }, 't')
  const paths = Array.from({ length: CALLS }, (_, call) => `/events/${call}`)
  const bodies = (await Promise.all(paths.map(ask))).map((outcome) => 'body' in outcome && outcome.body)
  expect(bodies).toEqual(paths.map((path) => answerTo(`/api/v1${path}`)))
})

test('an upstream for whose certificate nobody vouches is not sent anything', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', undefined)
  let asked = 0
  const apiUrl = await serve('https', (_, response) => {
    asked += 1
    response.end('{}')
  })
  expect(await wireTo(apiUrl).call({ method: 'POST', path: '/events', body: '{}' }, 't')).toMatchObject({
    kind: 'failure',
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    written: false,
  })
  expect(asked).toBe(0)
})

test('an answer that trickles in holds on to no more than its own bytes', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const slow: ServerResponse[] = []
  const apiUrl = await serve('http', (request, response) => {
    request.resume()
    if (request.url?.endsWith('/slow')) slow.push(response)
    else response.end('x'.repeat(4 * BLOCK))
  })
  const upstream = wireTo(apiUrl)
  const ask = (path: string) => upstream.call({ method: 'POST', path, body: '{}' }, 't')
  await ask('/fast')
  const trickling = ask('/slow')
  await ask('/fast')
  collect()
  const before = process.memoryUsage().arrayBuffers
  for (let piece = 0; piece < PIECES; piece += 1) {
    slow[0]?.write('x')
    await ask('/fast')
  }
  // What one collection finds dead is given back by a thread of its own, in its own time.
  await vi.waitFor(() => {
    collect()
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan((PIECES * BLOCK) / 4)
  }, 5_000)
  slow[0]?.end()
  expect(await trickling).toMatchObject({ body: 'x'.repeat(PIECES) })
})
