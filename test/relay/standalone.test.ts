import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { listen, startStandalone } from '@wmkt/relay'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../packages/relay/src/clock.ts'
import { createRelay } from '../../packages/relay/src/relay.ts'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { freePort } from '../support/free-port.ts'
import { createMemoryOutbox } from '../support/memory-outbox.ts'
import { tempFolder } from '../support/temp-folder.ts'

const LOCAL = { host: '127.0.0.1', port: 0, basePath: '/wmkt', adminHost: '127.0.0.1', adminPort: 0 }

const rig = () => {
  const inner = createMemoryOutbox({ clock: systemClock })
  const close = vi.fn(inner.close)
  const nowhere = { apiUrl: 'http://127.0.0.1:9/api/v1', validation: 'off' as const, settlement: false }
  const options = { projectId: 'demo-shop', accessToken: 'a.b.c', dataDir: tempFolder('relay'), ...nowhere }
  const relay = createRelay(options, {
    log: silentLog,
    openOutbox: async () => ({ ...inner, close }),
    stopMs: 50,
  })
  return { relay, close }
}
const start = async (options = {}) => {
  const standalone = await startStandalone(rig().relay, { ...LOCAL, ...options })
  onTestFinished(() => standalone.stop())
  return standalone
}
const codeAt = async (url: string) => (await (await fetch(url)).json()).code

test('public routes lie below the base path, and nothing else is there', async () => {
  const { public: main, admin } = await start()
  expect((await fetch(`${main.url}/wmkt/readyz`)).status).toBe(200)
  expect(await codeAt(`${main.url}/readyz`)).toBe('NOT_FOUND')
  expect(await codeAt(`${main.url}/wmkt/api/status`)).toBe('NOT_FOUND')
  expect((await fetch(`${admin.url}/api/status`)).status).toBe(200)
})

test('collect answers alike, taken before the app and routed by it', async () => {
  const { relay } = rig()
  const { public: main, admin } = await startStandalone(relay, LOCAL)
  onTestFinished(() => relay.stop())
  const event = { kind: 'event', nonce: 'n1', eventType: 'lead', data: {} }
  const requests: RequestInit[] = [
    { body: JSON.stringify({ items: [event, { ...event, nonce: '' }] }) },
    { body: '{' },
    { body: '{}', headers: { origin: 'http://elsewhere.test' } },
    { body: '{}', headers: { 'content-type': 'text/html' } },
  ]
  const answersAt = async (path: string) => {
    const answers = []
    for (const request of requests) {
      const answer = await fetch(`${main.url}${path}`, { method: 'POST', ...request })
      const { date, ...headers } = Object.fromEntries(answer.headers)
      answers.push([answer.status, headers, await answer.text()])
    }
    return answers
  }
  const first = await answersAt('/wmkt/collect')
  expect(first.map(([status]) => status)).toEqual([202, 400, 403, 415])
  // Another letter case, and a query, are what only the router knows to be the same path.
  const [stored, ...refused] = first
  expect((await answersAt('/wmkt/Collect')).slice(1)).toEqual(refused)
  const again = await answersAt('/wmkt/collect?x')
  expect(again.slice(1)).toEqual(refused)
  expect(again[0]).toEqual([stored?.[0], stored?.[1], expect.stringContaining('"duplicates":1')])
  const metrics = await (await fetch(`${admin.url}/metrics`)).text()
  expect(metrics).toMatch(/wmkt_collect_requests_total\{status="403",code="ORIGIN_REFUSED"\} 3/)
})

test('what is served beside the relay comes after it', async () => {
  const { public: main } = await start({
    beside: (_req: unknown, res: { end(text: string): void }) => res.end('shop'),
  })
  expect(await (await fetch(`${main.url}/anything`)).text()).toBe('shop')
  expect((await fetch(`${main.url}/wmkt/livez`)).status).toBe(200)
})

test('on a port in use it fails, and leaves neither listener nor outbox open', async () => {
  const taken = await listen(createServer(), '127.0.0.1', 0)
  onTestFinished(() => taken.close())
  const adminPort = await freePort()
  const { relay, close } = rig()
  await expect(startStandalone(relay, { ...LOCAL, adminPort, port: taken.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
  expect(close).toHaveBeenCalledOnce()
  await expect(fetch(`http://127.0.0.1:${adminPort}/`)).rejects.toThrow()
})

test('a stop answers what is under way, then the ports are free', async () => {
  const standalone = await startStandalone(rig().relay, LOCAL)
  const { url, port } = standalone.public
  await fetch(`${url}/wmkt/livez`)
  await standalone.stop()
  await expect(fetch(`${url}/wmkt/livez`)).rejects.toThrow()
  await (await listen(createServer(), '127.0.0.1', port)).close()
})

const slow = (_req: unknown, res: { end(text: string): void }) => setTimeout(() => res.end('late'), 200)

test('a stop does not wait for connections that fall idle after it began', async () => {
  const standalone = await startStandalone(rig().relay, { ...LOCAL, beside: slow })
  const { url } = standalone.public
  const late = [1, 2, 3].map(async () => (await fetch(`${url}/slow`)).text())
  await expect.poll(async () => (await fetch(`${url}/wmkt/livez`)).status).toBe(200)
  const began = Date.now()
  await standalone.stop()
  expect(await Promise.all(late)).toEqual(['late', 'late', 'late'])
  expect(Date.now() - began).toBeLessThan(2_000)
})

test('who goes on asking during a stop is answered, and told to leave', async () => {
  const standalone = await startStandalone(rig().relay, LOCAL)
  const socket = connect(standalone.public.port, '127.0.0.1')
  let heard = ''
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
  const ended = once(socket, 'close')
  socket.write('GET /wmkt/livez HTTP/1.1\r\nHost: x\r\n\r\nGET /wmkt/livez HTTP/1.1\r\nHost:')
  await expect.poll(() => heard).toContain('ok\n')
  const stopped = standalone.stop()
  socket.write(' x\r\n\r\n')
  await Promise.all([stopped, ended])
  const [first = '', second = ''] = heard.split('ok\n')
  expect([first, second]).toEqual([expect.stringMatching(/200 OK/), expect.stringMatching(/200 OK/)])
  expect([/connection: close/i.test(first), /connection: close/i.test(second)]).toEqual([false, true])
})

test.each([
  '//',
  '/%',
  '/wmkt/%E0%A4%A',
  '/wmkt/../../etc/passwd',
  '/wmkt//collect',
  `/${'a'.repeat(8_000)}`,
])('the odd path %j gets a problem, never a trace', async (path) => {
  const { public: main } = await start()
  const { request } = await import('node:http')
  const text = await new Promise<string>((resolve, reject) => {
    request({ port: main.port, host: '127.0.0.1', path }, (res) => {
      let heard = ''
      res.setEncoding('utf8').on('data', (part: string) => (heard += part))
      res.on('end', () => resolve(`${res.statusCode} ${heard}`))
    })
      .on('error', reject)
      .end()
  })
  expect(text).toMatch(/^40[04] \{.*"code":"NOT_FOUND"/)
})
