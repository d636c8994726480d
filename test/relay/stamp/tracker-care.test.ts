import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFirstSights } from '../../../packages/relay/src/stamp/first-sight.ts'
import { openSigningKey } from '../../../packages/relay/src/stamp/signing-key.ts'
import { createTrackerCare, LONGEST_LIFE_MS } from '../../../packages/relay/src/stamp/tracker-care.ts'
import { type RelayRig, startRelay } from '../../support/relay.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const NOW = Date.UTC(2026, 2, 1)
const DAY_MS = 86_400_000
const sights = createFirstSights(Buffer.alloc(32, 1))
const care = createTrackerCare({ name: 'ndrstnd', domain: 'shop.test', sights })

type Given = {
  header?: string
  consent?: 'granted' | 'required' | 'denied' | undefined
  gpc?: boolean
  now?: number
}
const cookies = ({ header = 'ndrstnd=ru1cc7', now = NOW, gpc = false, ...given }: Given = {}): string[] => {
  const consent = 'consent' in given ? given.consent : 'granted'
  const res = new ServerResponse(new IncomingMessage(new Socket()))
  const frame = { gpc, ...(consent && { consent }) }
  care(header, { content: { frame }, receivedAt: now, trackerId: 'ru1cc7' }, res)
  return [res.getHeader('set-cookie') ?? []].flat().map(String)
}
const maxAge = (cookie = ''): number => Number(/Max-Age=(\d+)/.exec(cookie)?.[1])
const pairOf = (cookie = ''): string => cookie.split(';')[0] ?? ''

test('sets the tracker cookie as it was, for scripts to read, and a companion that they cannot', () => {
  const [tracker, companion] = cookies({ header: 'a=1; ndrstnd="v1%2Dru1cc7"; b=2' })
  const attributes = `Max-Age=${LONGEST_LIFE_MS / 1000}; Domain=shop.test; Path=/; Secure; SameSite=Lax`
  expect(tracker).toBe(`ndrstnd="v1%2Dru1cc7"; ${attributes}`)
  expect(companion).toMatch(new RegExp(`^wmkt_seen=[\\w.-]+; ${attributes}; HttpOnly$`))
})

test('gives less and less life, and none beyond 13 months from the first sight', () => {
  let header = 'ndrstnd=ru1cc7'
  for (let day = 0; day < 393; day += 30) {
    const [tracker, companion] = cookies({ header, now: NOW + day * DAY_MS })
    expect(maxAge(tracker)).toBe((393 - day) * 86_400)
    expect(maxAge(companion)).toBe(maxAge(tracker))
    header = `ndrstnd=ru1cc7; ${pairOf(companion)}`
  }
  expect(cookies({ header, now: NOW + 393 * DAY_MS })).toEqual([])
  expect(cookies({ header, now: NOW + 4_000 * DAY_MS })).toEqual([])
})

test('393 days are never more than 13 months, whichever day they begin', () => {
  for (let day = 0; day < 4 * 366; day += 1) {
    const first = new Date(Date.UTC(2024, 0, 1) + day * DAY_MS)
    const [year, month] = [first.getUTCFullYear(), first.getUTCMonth() + 13]
    const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
    const end = Date.UTC(year, month, Math.min(first.getUTCDate(), lastDay))
    expect(first.getTime() + LONGEST_LIFE_MS).toBeLessThanOrEqual(end)
  }
})

test('a first sight that lies ahead, as after a clock was set back, gives no longer life', () => {
  const header = `ndrstnd=ru1cc7; wmkt_seen=${sights.write('ru1cc7', NOW + 90 * DAY_MS)}`
  expect(maxAge(cookies({ header })[0])).toBe(LONGEST_LIFE_MS / 1000)
})

test.each<[string, Given]>([
  ['without consent', { consent: undefined }],
  ['while consent is waited for', { consent: 'required' }],
  ['after a denial', { consent: 'denied' }],
  ['under Global Privacy Control', { gpc: true }],
  ['with a companion that was forged', { header: 'ndrstnd=ru1cc7; wmkt_seen=1700000000.a.b' }],
  ['with a value that cannot be set', { header: 'ndrstnd=ru1 cc7' }],
  ['with a value of 2 KB', { header: `ndrstnd=${'x'.repeat(2_048)}` }],
  ['when the cookie is not there', { header: 'other=1' }],
])('does nothing %s', (_, given) => {
  expect(cookies(given)).toEqual([])
})

describe('over HTTP', () => {
  const dataDir = tempFolder('care')
  const batch = (consent?: string) =>
    JSON.stringify({ consent, items: [{ kind: 'event', nonce: 'n', eventType: 'e', data: {} }] })
  const post = async (
    headers: Record<string, string>,
    consent = 'granted',
    domain = 'shop.test',
    host?: RelayRig['host'],
  ) => {
    const trackerCookieDomain = domain
    const { url } = await startRelay({
      ...(host && { host }),
      options: { dataDir, allowedOrigins: ['https://other.test'], ...(domain && { trackerCookieDomain }) },
    })
    const cookie = 'ndrstnd=ru1cc7'
    return fetch(`${url}/collect`, { method: 'POST', body: batch(consent), headers: { cookie, ...headers } })
  }

  test('a page of the same origin gets its cookie for longer', async () => {
    const [tracker, companion] = (await post({ 'sec-fetch-site': 'same-origin' })).headers.getSetCookie()
    expect([pairOf(tracker), companion?.startsWith('wmkt_seen=')]).toEqual(['ndrstnd=ru1cc7', true])
  })

  test('a host keeps the cookies that it has set itself', async () => {
    const host: RelayRig['host'] = (app) => app.use((_req, res, next) => next(void res.cookie('host', '1')))
    const given = (await post({ 'sec-fetch-site': 'same-origin' }, 'granted', 'shop.test', host)).headers
    expect(given.getSetCookie().map(pairOf)).toEqual([
      'host=1',
      'ndrstnd=ru1cc7',
      expect.stringMatching(/^wmkt_seen=/),
    ])
  })

  test.each<[string, Record<string, string>, string?, string?]>([
    ['another origin', { 'sec-fetch-site': 'cross-site', origin: 'https://other.test' }],
    ['no browser', {}],
    ['a page without consent', { 'sec-fetch-site': 'same-origin' }, 'denied'],
    ['anybody while it is off', { 'sec-fetch-site': 'same-origin' }, 'granted', ''],
  ])('%s does not', async (_, headers, consent, domain) => {
    expect((await post(headers, consent, domain)).headers.getSetCookie()).toEqual([])
  })
})

describe('the key', () => {
  test('is made once, and for nobody else to read', () => {
    const dir = mkdtempSync(join(tempFolder('key'), 'k'))
    const key = openSigningKey(dir)
    expect(key).toHaveLength(32)
    expect(openSigningKey(dir)).toEqual(key)
    expect(statSync(join(dir, 'cookie-key')).mode & 0o077).toBe(0)
    expect(readFileSync(join(dir, 'cookie-key'), 'utf8')).toMatch(/^[0-9a-f]{64}$/)
  })

  test('that is none is said, and not replaced', () => {
    const dir = tempFolder('key')
    writeFileSync(join(dir, 'cookie-key'), 'rubbish')
    expect(() => openSigningKey(dir)).toThrow(/cookie-key holds no key/)
  })
})
