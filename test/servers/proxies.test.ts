import { request } from 'node:http'
import { createRelay, type Standalone, startStandalone, systemClock } from '@wmkt/relay'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { freePort } from '../support/free-port.ts'
import { createMemoryOutbox } from '../support/memory-outbox.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { createStaticTokens } from '../support/upstream-stub.ts'
import { type SiteProxy, startProxy } from './proxy.ts'

const LIMIT = 6

/** As deploy/ tells it to be set up: `WMKT_BASE_PATH=/wmkt WMKT_TRUST_PROXY=1`, no origin allowed but the site's own. */
const startRelay = (port: number): Promise<Standalone> => {
  const nowhere = { apiUrl: 'http://127.0.0.1:9/api/v1', validation: 'off' as const, settlement: false }
  const relay = createRelay(
    {
      projectId: 'demo-shop',
      accessToken: 'a.b.c',
      dataDir: tempFolder('relay'),
      trustProxy: 1,
      rateLimit: LIMIT,
      ...nowhere,
    },
    {
      tokens: createStaticTokens(),
      log: silentLog,
      openOutbox: async () => createMemoryOutbox({ clock: systemClock }),
      stopMs: 50,
    },
  )
  const listen = { host: '127.0.0.1', port, basePath: '/wmkt', adminHost: '127.0.0.1', adminPort: 0 }
  return startStandalone(relay, listen)
}

let made = 0
const batch = (extra = ''): string => {
  made += 1
  const item = { kind: 'event', nonce: `proxied-${made}`, eventType: 'lead', data: { extra } }
  return JSON.stringify({ v: 1, items: [item] })
}

type Asked = { body?: string; headers?: Record<string, string>; from?: string }

/** The status of a post from an address of this machine, as a tag on the proxy's own site sends it. */
const post = (
  proxy: SiteProxy,
  { body = batch(), headers = {}, from = '127.0.0.1' }: Asked = {},
): Promise<number> =>
  new Promise((resolve, reject) => {
    const own = { origin: proxy.url, 'content-type': 'text/plain' }
    const options = { method: 'POST', localAddress: from, headers: { ...own, ...headers } }
    request(`${proxy.url}/wmkt/collect`, options, (answer) => resolve(answer.resume().statusCode ?? 0))
      .on('error', reject)
      .end(body)
  })

describe.each(['nginx', 'caddy'] as const)('behind %s, set up as deploy/ shows', (server) => {
  const program = inject('webServers')[server]
  if (!program) return test.skip(`${server} is not to be had on this machine`, () => {})
  let proxy: SiteProxy
  let relay: Standalone
  let port: number
  beforeAll(async () => {
    port = await freePort()
    relay = await startRelay(port)
    proxy = await startProxy(server, program, port)
  })
  afterAll(async () => {
    await proxy?.child.end()
    await relay?.stop()
  })

  test('the site keeps its pages, and has the tag and the relay under its own host', async () => {
    expect(await (await fetch(`${proxy.url}/`)).text()).toContain('the shop')
    const tag = await fetch(`${proxy.url}/wmkt/tag.js`)
    expect([tag.status, tag.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
    expect(await post(proxy)).toBe(202)
  })

  test('the host reaches the relay: another site is told from the own one', async () => {
    expect(await post(proxy, { headers: { origin: 'https://other.example' } })).toBe(403)
  })

  test('a client cannot lie about its address, and is not counted with others', async () => {
    const lie = (n: number) => ({ from: '127.0.0.3', headers: { 'x-forwarded-for': `10.0.0.${n}` } })
    for (let n = 0; n < LIMIT; n += 1) expect(await post(proxy, lie(n))).toBe(202)
    expect(await post(proxy, lie(LIMIT))).toBe(429)
    expect(await post(proxy, { from: '127.0.0.4' })).toBe(202)
  })

  test('a body beyond its limit is refused before the relay reads it', async () => {
    expect(await post(proxy, { body: batch('x'.repeat(1_200_000)), from: '127.0.0.5' })).toBe(413)
  })

  test('a relay that was restarted is found again by the first request', async () => {
    await relay.stop()
    relay = await startRelay(port)
    expect(await post(proxy, { from: '127.0.0.6' })).toBe(202)
  })
})
