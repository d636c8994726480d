import { readFileSync } from 'node:fs'
import { ITEM_CODES, PROBLEMS } from '@wmkt/protocol'
import { describe, expect, test } from 'vitest'
import { configurationOf, gather } from '../../packages/relay/src/cli/configuration.ts'
import { FOREIGN_NAMES, SETTINGS } from '../../packages/relay/src/cli/settings.ts'
import { BURY_CODES } from '../../packages/relay/src/forward/verdict.ts'
import { type RelayOptions, resolveOptions } from '../../packages/relay/src/options.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1])

describe('docs/errors.md names every code with what it says, and no other', () => {
  const sections = read('docs/errors.md').split(/^## /m)
  const rowsIn = (title: string): string[][] =>
    [...(sections.find((section) => section.startsWith(title)) ?? '').matchAll(/^\| `.*$/gm)].map(([row]) =>
      row
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', ''))
        .slice(1, -1),
    )
  const sorted = (rows: (string | undefined)[][]) => rows.map(String).sort()
  /** The members of a union of strings, as its source writes it. */
  const unionOf = (name: string): string[] => {
    const source = read('packages/relay/src/forward/verdict.ts')
    const [, members = ''] = new RegExp(`export type ${name} =([^]*?)\\n\\n`).exec(source) ?? []
    return matches(members, /'([A-Z_]+)'/g).map(String)
  }

  test('of problems, with status and title', () => {
    const table = Object.entries(PROBLEMS).map(([code, { status, title }]) => [code, String(status), title])
    expect(sorted(rowsIn('Problems'))).toEqual(sorted(table))
  })

  test('of rejections', () => {
    expect(sorted(rowsIn('Rejections'))).toEqual(sorted(Object.entries(ITEM_CODES)))
  })

  const codesIn = (title: string) => rowsIn(title).map(([code]) => code)

  test('of dead letters', () => {
    expect(codesIn('Dead letters').sort()).toEqual([...BURY_CODES].sort())
  })

  test('of what is parked', () => {
    expect(unionOf('ParkCode')).toHaveLength(7)
    expect(codesIn('Parked').sort()).toEqual(unionOf('ParkCode').sort())
  })
})

test('.env.example names every setting with its default, and no other', () => {
  const written = matches(read('.env.example'), /^# ([A-Z_]+=.*)$/gm)
  const settings = SETTINGS.map(({ env, fallback = '' }) => `${env}=${fallback}`)
  expect(written.sort()).toEqual([...settings, ...FOREIGN_NAMES.map((name) => `${name}=8789`)].sort())
})

const HOOK = 'https://shop.test/hook?token=hunter2'
const WHSEC = `whsec_${Buffer.alloc(32).toString('base64')}`

const good: RelayOptions = { projectId: 'demo-shop', accessToken: 'a.b.c' }

test('options are frozen', () => {
  expect(Object.isFrozen(resolveOptions(good))).toBe(true)
})

test.each<[object, RegExp]>([
  [{ projectId: 'No Slug' }, /^projectId: expected a project slug.*received "No Slug"$/],
  [{ credentials: 'k.json' }, /^credentials: expected exactly one.*received both$/],
  [{ accessToken: undefined }, /received neither$/],
  [{ apiUrl: 'http://api.example.com' }, /^apiUrl: expected an https URL/],
  [{ rateLimit: -1 }, /^rateLimit: expected a whole number/],
  [{ allowedOrigins: ['https://a.test/path'] }, /^allowedOrigins: expected a list, each an origin/],
  [{ trackerPattern: '(a)(b)' }, /^trackerPattern: expected .* exactly one group/],
  [{ outboxUrl: 'redis://x:6379' }, /^outboxUrl: expected lmdb:<dir> or nats:/],
  [{ trackerCookieDomain: 'shop.test; Path=/x' }, /^trackerCookieDomain: expected a domain/],
  [{ trackerCookieDomain: 'localhost' }, /^trackerCookieDomain: expected a domain/],
  [{ refuseBots: 'on' }, /^refuseBots: expected true or false, received "on"$/],
  [{ validation: 'strict' }, /^validation: expected one of hold, warn, off, received "strict"$/],
  [{ coercions: ['email'] }, /^coercions: expected a list, each one of number, phone, date/],
  [{ webhookUrl: 'http://shop.test/hook', webhookSecret: WHSEC }, /^webhookUrl: expected an https URL/],
  [{ webhookUrl: HOOK }, /^webhookSecret: expected whsec_ .*received nothing$/],
  [{ webhookSecret: WHSEC }, /^webhookUrl: .*received nothing$/],
  [
    { webhookUrl: HOOK, webhookSecret: 'whsec_c2hvcnQ=' },
    /^webhookSecret: expected whsec_ and 24 to 64 bytes/,
  ],
  [
    { webhookUrl: HOOK, webhookSecret: WHSEC, outboxUrl: 'nats://127.0.0.1:4222' },
    /^webhookUrl: expected none with an outbox on NATS/,
  ],
  [
    { webhookUrl: HOOK, webhookSecret: WHSEC, keepDeliveredMs: 0 },
    /^keepDeliveredMs: expected a time, for the webhook/,
  ],
  [{ ratelimit: 5 }, /^ratelimit: expected one of .* a name that is unknown here$/],
])('options %j are refused by name', (wrong, message) => {
  expect(() => resolveOptions({ ...good, ...wrong })).toThrow(message)
})

test('a refused secret is not shown', () => {
  expect(() => resolveOptions({ ...good, serverKeys: ['hunter2'] })).toThrow(/^(?!.*hunter2)serverKeys/)
  const webhooks = [
    { webhookUrl: HOOK.replace('https', 'http'), webhookSecret: WHSEC },
    { webhookUrl: HOOK, webhookSecret: 'hunter2' },
    { webhookUrl: HOOK },
  ]
  for (const webhook of webhooks)
    expect(() => resolveOptions({ ...good, ...webhook })).toThrow(/^(?!.*hunter2)webhook/)
})

describe('the environment', () => {
  const env = { WMKT_PROJECT_ID: 'demo-shop', WMKT_ACCESS_TOKEN: 'a.b.c' }
  test('becomes options and listeners', () => {
    const written = {
      ...env,
      WMKT_ALLOWED_ORIGINS: 'https://a.test, https://b.test',
      WMKT_KEEP_DELIVERED: '2h',
      WMKT_REFUSE_BOTS: 'on',
      WMKT_TRACKER_COOKIE_DOMAIN: 'shop.test',
      WMKT_WEBHOOK_URL: HOOK,
      WMKT_WEBHOOK_SECRET: WHSEC,
      PORT: '0',
    }
    const { relay, listen } = configurationOf(gather(written))
    expect(relay).toMatchObject({
      allowedOrigins: ['https://a.test', 'https://b.test'],
      keepDeliveredMs: 7_200_000,
      refuseBots: true,
      trackerCookieDomain: 'shop.test',
      webhookUrl: HOOK,
      webhookSecret: WHSEC,
    })
    expect(resolveOptions(relay).webhook).toEqual({ url: HOOK, key: Buffer.alloc(32) })
    expect(listen).toMatchObject({ port: 0, adminPort: 8788, basePath: '/' })
  })

  test('yields to flags and comes before .env', () => {
    const texts = gather({ PORT: '1' }, { PORT: '2', HOST: 'b' }, { HOST: 'c', WMKT_LOG_LEVEL: 'warn' })
    expect(Object.fromEntries(texts)).toEqual({ PORT: '1', HOST: 'b', WMKT_LOG_LEVEL: 'warn' })
  })

  test.each<[object, RegExp]>([
    [{ WMKT_RATELIMIT: '1' }, /^WMKT_RATELIMIT: /],
    [{ WMKT_RATE_LIMIT: 'many' }, /^WMKT_RATE_LIMIT: expected a whole number, received "many"$/],
    [{ WMKT_PROJECT_ID: '' }, /^WMKT_PROJECT_ID: /],
    [
      { WEBMARKETER_APPLICATION_CREDENTIALS: 'k' },
      /WEBMARKETER_APPLICATION_CREDENTIALS and WMKT_ACCESS_TOKEN, received both/,
    ],
    [{ WMKT_ADMIN_HOST: '0.0.0.0' }, /^WMKT_ADMIN_TOKEN: expected a token/],
    [{ WMKT_REFUSE_BOTS: 'yes' }, /^WMKT_REFUSE_BOTS: expected on or off, received "yes"$/],
    [{ WMKT_KEEP_DELIVERED: 'soon' }, /^WMKT_KEEP_DELIVERED: expected a time such as 24h/],
  ])('%j is refused under its own name', (wrong, message) => {
    expect(() => configurationOf(gather({ ...env, ...wrong }))).toThrow(message)
  })
})
