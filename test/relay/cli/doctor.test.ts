import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import type { Net } from '../../../packages/relay/src/cli/net.ts'
import { listen } from '../../../packages/relay/src/http/listen.ts'
import { startRelay } from '../../support/relay.ts'
import { runCli } from '../../support/terminal.ts'

const HASHED = 'tag.0123456789abcdef.js'
const SCRIPT = 'the tag'
const digestOf = (text: string) => `sha384-${createHash('sha384').update(text).digest('base64')}`
const snippetOf = (integrity: string, project = 'demo-shop', scheme = 'https') =>
  `<script async src="${scheme}://RELAY/wmkt/${HASHED}" integrity="${integrity}" data-project="${project}"></script>`
const SNIPPET = snippetOf(digestOf(SCRIPT))
const NDRSTND = '<script src="https://cdn.ndrstnd.io/ndrstnd-v1.js"></script>'

type Stage = {
  relayHost?: string
  html?: string
  cookie?: string
  allowed?: string[]
  addresses?: Record<string, string[]>
  cnames?: Record<string, string[]>
  /** Versions of the script that are served. */
  served?: string[]
}

/** A site and a relay on this machine, known by other names to the doctor alone. */
const stage = async (options: Stage = {}): Promise<Net> => {
  const { relayHost = 'shop.test', html = SNIPPET + NDRSTND, cookie, addresses = {}, cnames = {} } = options
  const { served = [HASHED] } = options
  const site = createServer((_req, res) => {
    if (cookie !== undefined) res.setHeader('set-cookie', ['other=1', cookie])
    res.end(html.replaceAll('RELAY', relayHost))
  })
  const listener = await listen(site, '127.0.0.1', 0)
  onTestFinished(() => listener.close(0))
  const { url: relayUrl } = await startRelay({
    options: { allowedOrigins: options.allowed ?? ['https://shop.test'] },
    host: (app) => app,
  })
  return {
    async fetch(url, init) {
      const { pathname } = new URL(url)
      if (/\/tag\.\w+\.js$/.test(pathname))
        return served.some((name) => pathname.endsWith(name))
          ? new Response(SCRIPT)
          : new Response('', { status: 404 })
      const real = pathname.startsWith('/wmkt/') ? relayUrl + pathname.slice('/wmkt'.length) : listener.url
      return Object.defineProperty(await fetch(real, init), 'url', { value: url })
    },
    addressesOf: async (host) => addresses[host] ?? ['192.0.2.1'],
    cnamesOf: async (host) => cnames[host] ?? [],
  }
}
const examine = async (net: Net, env: Record<string, string> = {}, url = 'https://shop.test/') => {
  const ran = await runCli(['doctor', url, '--json'], { net, env })
  return { ...ran, ...JSON.parse(ran.out) }
}
type Life = { browser: string; life: string; why: string }
const safari = ({ cookieLives }: { cookieLives: Life[] }) =>
  cookieLives.find(({ browser }) => browser.startsWith('Safari'))

test('a relay on the site’s own host is well', async () => {
  const net = await stage({ cookie: 'ndrstnd=abc; Max-Age=31536000; Path=/; Secure; SameSite=Lax' })
  const { code, findings } = await examine(net)
  expect(findings.filter(({ state }: { state: string }) => state !== 'good')).toEqual([])
  expect(code).toBe(0)
})

test('as text it marks each finding and tells the life of the cookie by browser', async () => {
  const { out } = await runCli(['doctor', 'https://shop.test/'], { net: await stage() })
  expect(out).toMatch(/^ok {4}the relay is on the site’s own host$/m)
  expect(out).toMatch(/^ {2}Safari, all of iOS {2}7 days \(set by a script/m)
  expect(out).toMatch(/WMKT_TRACKER_COOKIE_DOMAIN lets the relay set it again/)
})

test('the relay’s own cookie lives 13 months in Safari, unless name or network give it away', async () => {
  const env = { WMKT_TRACKER_COOKIE_DOMAIN: 'shop.test' }
  const relayHost = 'data.shop.test'
  const life = async (options: Stage) => safari(await examine(await stage(options), env))
  expect((await life({}))?.life).toBe('13 months from first sight')
  expect((await life({ relayHost }))?.life).toBe('13 months from first sight')
  expect(await life({ relayHost, cnames: { [relayHost]: ['x.tracker.example'] } })).toMatchObject({
    life: '7 days',
    why: expect.stringContaining('CNAME'),
  })
  expect(await life({ relayHost, addresses: { [relayHost]: ['198.51.100.1'] } })).toMatchObject({
    life: '7 days',
    why: expect.stringContaining('network'),
  })
  expect((await life({ relayHost: 'relay.example' }))?.life).toBe('7 days')
})

test.each<[string, Stage & { url?: string }, RegExp]>([
  ['another site’s host', { relayHost: 'relay.example' }, /relay\.example is another site than shop\.test/],
  ['a page without the official script', { html: SNIPPET }, /official ndrstnd script was not seen/],
  ['a page without the snippet', { html: NDRSTND }, /no snippet was found/],
  ['an origin that may not post', { relayHost: 'data.shop.test', allowed: [] }, /WMKT_ALLOWED_ORIGINS/],
  ['a page of plain http', { url: 'http://shop.test/' }, /the site is not on https/],
  [
    'a relay of plain http',
    { html: snippetOf(digestOf(SCRIPT), 'demo-shop', 'http') + NDRSTND },
    /http:\/\/shop\.test\/wmkt is not on https: browsers block it/,
  ],
  [
    'a snippet of a version that is gone',
    { served: [] },
    /tag\.0123456789abcdef\.js answers 404: a version that is gone: paste the snippet anew/,
  ],
  [
    'a script that is another',
    { html: snippetOf(digestOf('other')) + NDRSTND },
    /is not what integrity says/,
  ],
  [
    'a page of another project',
    { html: snippetOf(digestOf(SCRIPT), 'other-shop') + NDRSTND },
    /data-project is not/,
  ],
  ['a cookie no script can read', { cookie: 'ndrstnd=a; Max-Age=9; Secure; HttpOnly' }, /HttpOnly: neither/],
  ['a cookie that is not Secure', { cookie: 'ndrstnd=a; Max-Age=9' }, /is not Secure/],
  ['a cookie for the session', { cookie: 'ndrstnd=a; Secure' }, /ends with the browser/],
])('%s is found', async (_, { url, ...options }, says) => {
  const { findings } = await examine(await stage(options), {}, url)
  const found = findings.filter(({ state }: { state: string }) => state !== 'good')
  expect(found.map((finding: { says: string }) => finding.says).join('\n')).toMatch(says)
})

test('what is bad ends with 1, and so does a site that does not answer', async () => {
  expect((await examine(await stage({ html: NDRSTND }))).code).toBe(1)
  const net: Net = {
    fetch: () => Promise.reject(new TypeError('fetch failed', { cause: new Error('ENOTFOUND') })),
    addressesOf: async () => [],
    cnamesOf: async () => [],
  }
  const { code, err } = await runCli(['doctor', 'https://none.test'], { net })
  expect([code, err]).toEqual([1, 'wmkt-relay: https://none.test does not answer: ENOTFOUND\n'])
})

test('what is no URL is misuse', async () => {
  expect((await runCli(['doctor', 'shop'], { net: await stage() })).code).toBe(2)
})
