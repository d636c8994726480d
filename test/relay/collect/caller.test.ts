import { describe, expect, test } from 'vitest'
import { type CallerPolicy, callerOf } from '../../../packages/relay/src/collect/caller.ts'
import { createKeyCheck } from '../../../packages/relay/src/collect/server-keys.ts'
import { startRelay } from '../../support/relay.ts'

const KEY = 'k'.repeat(20)
const policy = (more: Partial<CallerPolicy> = {}): CallerPolicy => ({
  allowedOrigins: new Set(['https://shop.test']),
  keysNeeded: false,
  checkKey: createKeyCheck([KEY]),
  trustProxy: 0,
  ...more,
})
const same = { kind: 'browser', keyed: false }
const refused = { kind: 'refused', code: 'ORIGIN_REFUSED' }
const any = { allowedOrigins: new Set(['*']) }

test.each<[string, Record<string, string>, Partial<CallerPolicy>, object]>([
  [
    'Sec-Fetch-Site: same-origin',
    { 'sec-fetch-site': 'same-origin', origin: 'https://x.test', host: 'y' },
    {},
    same,
  ],
  ['an origin whose host is Host', { origin: 'https://x.test', host: 'x.test' }, {}, same],
  ['the same with a port', { origin: 'http://x.test:81', host: 'x.test:81' }, {}, same],
  ['the same with the default port written out', { origin: 'https://x.test', host: 'x.test:443' }, {}, same],
  ['another port', { origin: 'http://x.test:81', host: 'x.test' }, {}, refused],
  [
    'X-Forwarded-Host, trusted',
    { origin: 'https://x.test', host: 'in', 'x-forwarded-host': 'x.test' },
    { trustProxy: 1 },
    same,
  ],
  [
    'X-Forwarded-Host, not trusted',
    { origin: 'https://x.test', host: 'in', 'x-forwarded-host': 'x.test' },
    {},
    refused,
  ],
  [
    'X-Forwarded-Host, forged on the left',
    { origin: 'https://x.test', host: 'in', 'x-forwarded-host': 'x.test, y.test' },
    { trustProxy: 1 },
    refused,
  ],
  [
    'an allowed origin',
    { origin: 'https://shop.test', host: 'r' },
    {},
    { ...same, corsOrigin: 'https://shop.test' },
  ],
  ['an allowed origin by another scheme', { origin: 'http://shop.test', host: 'r' }, {}, refused],
  ['an origin that only begins alike', { origin: 'https://shop.test.evil', host: 'r' }, {}, refused],
  ['any origin where all are', { origin: 'https://z.test', host: 'r' }, any, { ...same, corsOrigin: '*' }],
  ['the null origin', { origin: 'null', host: 'r' }, {}, refused],
  ['the null origin where all are allowed', { origin: 'null', host: 'r' }, any, refused],
  ['a browser without Origin from another site', { 'sec-fetch-site': 'cross-site', host: 'r' }, {}, refused],
  ['no browser', { host: 'r' }, {}, { kind: 'server', keyed: false }],
  [
    'no browser where keys are set',
    { host: 'r' },
    { keysNeeded: true },
    { kind: 'refused', code: 'KEY_REFUSED' },
  ],
  [
    'no browser with a wrong key',
    { authorization: `Bearer ${KEY}x` },
    { keysNeeded: true },
    { kind: 'refused', code: 'KEY_REFUSED' },
  ],
  [
    'no browser with a key',
    { authorization: `Bearer ${KEY}` },
    { keysNeeded: true },
    { kind: 'server', keyed: true },
  ],
])('%s', (_, headers, more, caller) => {
  expect(callerOf(headers, policy(more))).toEqual(caller)
})

describe('over HTTP', () => {
  const rig = { options: { allowedOrigins: ['https://shop.test'] } }
  const body = '{"items":[{"kind":"event","nonce":"n","eventType":"e","data":{}}]}'
  const post = (url: string, origin: string, text = body) =>
    fetch(`${url}/collect`, { method: 'POST', body: text, headers: { origin } })

  test('an allowed page may read receipts and problems, never with credentials', async () => {
    const { url } = await startRelay(rig)
    for (const response of [
      await post(url, 'https://shop.test'),
      await post(url, 'https://shop.test', '{'),
    ]) {
      expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.test')
      expect(response.headers.get('access-control-expose-headers')).toBe('Retry-After, Wmkt-Durability')
      expect(response.headers.get('vary')).toContain('Origin')
      expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    }
  })

  test('another page is refused and its origin never echoed', async () => {
    const { url } = await startRelay(rig)
    const response = await post(url, 'https://evil.test')
    expect([response.status, (await response.json()).code]).toEqual([403, 'ORIGIN_REFUSED'])
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('vary')).toContain('Origin')
  })

  test('a preflight is answered for allowed origins alone', async () => {
    const { url } = await startRelay(rig)
    const ask = (origin: string) => fetch(`${url}/collect`, { method: 'OPTIONS', headers: { origin } })
    const [allowed, refusal] = [await ask('https://shop.test'), await ask('https://evil.test')]
    expect([allowed.status, refusal.status]).toEqual([204, 403])
    expect(allowed.headers.get('access-control-allow-methods')).toBe('POST')
    expect(refusal.headers.get('access-control-allow-origin')).toBeNull()
  })
})
