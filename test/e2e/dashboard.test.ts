import { join } from 'node:path'
import type { JsonObject } from '@wmkt/protocol'
import { createRelay, type Relay, type Standalone, startStandalone, systemClock } from '@wmkt/relay'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSchemaFile } from '../../packages/relay/src/schema/schema-file.ts'
import { begin } from '../../packages/relay/src/settlement/reckoning.ts'
import { createSettlementFile } from '../../packages/relay/src/settlement/settlement-file.ts'
import { createTrashLog, type TrashLine } from '../../packages/relay/src/settlement/trash-log.ts'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { launchChromium } from '../support/browser.ts'
import { createMemoryOutbox } from '../support/memory-outbox.ts'
import { eventType, field } from '../support/schema-facts.ts'
import { ROOT } from '../support/sources.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { createStaticTokens, openUpstream, respond, type StubAnswer } from '../support/upstream-stub.ts'

const TOKEN = 'correct-horse-battery'
const SCREENSHOTS = join(ROOT, '.cache/screenshots')
/** What a stranger may send: every text on the page that is theirs. */
const EVIL_TYPE = '<img src=x onerror="window.pwned=1">"\'`$\u202e'
const EVIL_WORDS =
  '</pre><script>window.pwned=1</script><svg/onload=window.pwned=1> for mona@example.com, +33 6 12 34 56 78'
const MAIL = 'mona@example.com'

const answerByNonce = (nonce: string): StubAnswer =>
  nonce.startsWith('no') ? respond(422, { message: `refused: ${EVIL_WORDS}` }) : respond(201, `"${nonce}"`)

type StageOptions = {
  adminToken?: string
  answer?: (nonce: string) => StubAnswer
  /** Where a schema and more was left for it. @default a folder with nothing in it */
  dataDir?: string
}

/** A relay over a scripted upstream: nonces that begin with `no` are refused, others take their time and pass. */
const startStage = async ({ adminToken, answer = answerByNonce, dataDir }: StageOptions = {}) => {
  const upstream = await openUpstream(answer)
  const relay: Relay = createRelay(
    {
      ...{ projectId: 'demo-shop', accessToken: 'a.b.c', apiUrl: upstream.url },
      ...(adminToken && { adminToken }),
      // Never the host's own: a demo that was started there has left its schema.
      ...{ dataDir: dataDir ?? tempFolder('dashboard') },
      ...(dataDir && { coercions: ['number'] }),
    },
    {
      tokens: createStaticTokens(),
      log: silentLog,
      openOutbox: async () => createMemoryOutbox({ clock: systemClock }),
    },
  )
  const listen = { host: '127.0.0.1', port: 0, basePath: '/', adminHost: '127.0.0.1', adminPort: 0 }
  const standalone: Standalone = await startStandalone(relay, listen)
  const event = (nonce: string, eventType = 'purchase', data: JsonObject = { email: MAIL, value: 42 }) =>
    relay.event(eventType, data, { nonce })
  return {
    url: `${standalone.admin.url}/`,
    event,
    async stop() {
      await standalone.stop()
      await upstream.close()
    },
  }
}
type Stage = Awaited<ReturnType<typeof startStage>>

let context: BrowserContext
let stage: Stage
let page: Page
const complaints: string[] = []

const open = async (url: string): Promise<Page> => {
  const opened = await context.newPage()
  opened.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  opened.on('pageerror', (error) => complaints.push(error.message))
  await opened.goto(url)
  return opened
}
const tile = (name: string) => page.locator(`#tile-${name} .value`)
const letter = (nonce: string) => page.locator(`#letters tr[data-nonce="${nonce}"]`)
const shoot = async (
  of: Page,
  name: string,
  scheme: 'light' | 'dark',
  width: number,
  height: number,
  fullPage = true,
) => {
  await of.emulateMedia({ colorScheme: scheme })
  await of.setViewportSize({ width, height })
  await of.evaluate(() => scrollTo(0, 0))
  await of.waitForTimeout(300)
  await of.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage })
  expect(await of.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
}

beforeAll(async () => {
  stage = await startStage()
  context = await launchChromium()
  page = await open(stage.url)
})
afterAll(async () => {
  await context?.close()
  await stage?.stop()
})

test('what is stored and delivered shows without a reload', async () => {
  await page.locator('#live.on').waitFor()
  for (let at = 0; at < 24; at += 1) await stage.event(`ok-${at}`)
  await expect.poll(() => tile('delivered').textContent()).toBe('24')
  await expect.poll(() => page.locator('#state').textContent()).toBe('running')
  await expect.poll(() => page.locator('#lanes tbody tr').count()).toBe(1)
  await expect.poll(() => page.locator('#legend-rates').textContent()).toMatch(/in .*out /)
  await expect.poll(() => page.locator('#chart-rates canvas').count()).toBe(1)
})

test('a dead letter appears, and hostile names and words stay text', async () => {
  await stage.event('no-evil', EVIL_TYPE)
  await letter('no-evil').waitFor()
  expect(await letter('no-evil').textContent()).toContain('<img src=x onerror=')
  expect(await letter('no-evil').textContent()).toContain('</pre><script>window.pwned=1</script>')
  expect(await page.evaluate(() => Reflect.get(window, 'pwned'))).toBeUndefined()
  expect(await page.locator('#letters img, #letters script, #letters svg, #lanes img').count()).toBe(0)
})

test('what is personal is shown only when it is asked for', async () => {
  expect(await page.content()).not.toContain(MAIL)
  await letter('no-evil').getByRole('button', { name: 'Show' }).click()
  const payload = page.locator('tr.payload:not([hidden]) pre')
  await expect.poll(() => payload.textContent()).toContain('[redacted]')
  expect(await page.content()).not.toContain(MAIL)
  await page.getByRole('button', { name: 'Reveal personal data' }).click()
  await expect.poll(() => payload.textContent()).toContain(MAIL)
  await letter('no-evil').getByRole('button', { name: 'Show' }).click()
})

test('a redrive and a drop ask first, and do nothing when refused', async () => {
  await stage.event('no-drop')
  await letter('no-drop').waitFor()
  await letter('no-drop').getByRole('button', { name: 'Drop' }).click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect(await letter('no-drop').count()).toBe(1)
  await letter('no-drop').getByRole('button', { name: 'Drop' }).click()
  await page.locator('#confirm-yes').click()
  await expect.poll(() => letter('no-drop').count()).toBe(0)
  await letter('no-evil').getByRole('button', { name: 'Redrive' }).click()
  await page.locator('#confirm-yes').click()
  // Refused again by the upstream: the letter comes back with one more attempt of its own.
  await expect.poll(() => tile('buried').textContent()).toBe('1')
})

test('an action that fails says so, and what the relay said', async () => {
  await page.route('**/api/dead-letters/*/redrive*', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: '{"detail":"come back later"}',
    }),
  )
  await letter('no-evil').getByRole('button', { name: 'Redrive' }).click()
  await page.locator('#confirm-yes').click()
  await expect.poll(() => page.locator('#confirm-title').textContent()).toBe('That did not work')
  expect(await page.locator('#confirm-text').textContent()).toContain(
    'The relay refused it: come back later.',
  )
  await page.getByRole('button', { name: 'Close' }).click()
  expect(await letter('no-evil').count()).toBe(1)
  await page.unroute('**/api/dead-letters/*/redrive*')
  // The browser tells its console of every answer that is none of the good ones.
  expect(complaints.splice(0)).toEqual([expect.stringContaining('503')])
})

test('dead letters are chosen by any reason there is, and an empty choice is no false comfort', async () => {
  await page.selectOption('#letters-code', 'FIELD_MISSING')
  await expect
    .poll(() => page.locator('#letters-empty').textContent())
    .toBe('No dead letter for the reason FIELD_MISSING.')
  expect(await letter('no-evil').count()).toBe(0)
  await page.selectOption('#letters-code', 'UPSTREAM_REJECTED')
  await letter('no-evil').waitFor()
  await page.selectOption('#letters-code', '')
})

test('of many lanes those that stopped stand first, and the rest is shown when asked for', async () => {
  const many = await startStage({
    answer: (nonce) => (nonce === 'gone' ? respond(404, {}) : respond(201, `"${nonce}"`)),
  })
  for (let at = 0; at < 60; at += 1) await many.event(`ok-${at}`, `type-${at}`)
  await many.event('gone', 'zebra')
  const shown = await open(many.url)
  await expect
    .poll(() => shown.locator('#lanes tbody tr').first().textContent(), { timeout: 20_000 })
    .toContain('zebra')
  await expect
    .poll(() => shown.locator('#banner.warn').textContent(), { timeout: 20_000 })
    .toContain('the lane zebra (NOT_FOUND)')
  expect(await shown.locator('#lanes tbody tr').count()).toBe(8)
  await shown.getByRole('button', { name: 'Show 42 more' }).click()
  await expect.poll(() => shown.locator('#lanes tbody tr').count()).toBe(50)
  await shoot(shown, 'dashboard-lanes', 'light', 1280, 900)
  await shown.close()
  await many.stop()
})

test('a page that hears nothing any more says so, and of when it is', async () => {
  const ended = await startStage()
  const left = await open(ended.url)
  await left.locator('#live.on').waitFor()
  await ended.stop()
  await left.locator('#banner.bad').waitFor()
  expect(await left.locator('#banner').textContent()).toMatch(
    /^No connection to the relay\. .* of \d\d:\d\d:\d\d\.$/,
  )
  expect(await left.locator('#state').textContent()).toBe('unknown')
  await shoot(left, 'dashboard-lost', 'dark', 1280, 900)
  await left.close()
  // The browser tells its console of every connection it does not get.
  for (const complaint of complaints.splice(0)) expect(complaint).toContain('net::ERR_')
})

test('nothing on the page broke the policy or threw', () => {
  expect(complaints).toEqual([])
})

describe('with an admin token', () => {
  let guarded: Stage
  beforeAll(async () => {
    guarded = await startStage({ adminToken: TOKEN })
  })
  afterAll(() => guarded?.stop())

  test('the page asks for it, refuses another, and keeps the cookie from scripts', async () => {
    const login = await open(guarded.url)
    await login.fill('#token', 'not-the-token-at-all')
    await login.getByRole('button', { name: 'Log in' }).click()
    await login.getByRole('alert').waitFor()
    await shoot(login, 'dashboard-login', 'light', 420, 640)
    await login.fill('#token', TOKEN)
    await login.getByRole('button', { name: 'Log in' }).click()
    await login.locator('#live.on').waitFor()
    expect(await login.evaluate(() => document.cookie)).toBe('')
    const [cookie] = (await context.cookies(guarded.url)).filter(
      ({ name }) => name === 'wmkt_admin_demo-shop',
    )
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
    await guarded.event('no-guarded')
    await login.locator('tr[data-nonce="no-guarded"]').waitFor()
    await login.getByRole('button', { name: 'Log out' }).click()
    await login.locator('#token').waitFor()
    await login.close()
  })
})

test('a refused credential is said above all else, and that nothing is lost', async () => {
  const refused = await startStage({ answer: () => respond(401, { message: 'no' }) })
  await refused.event('waits')
  const parked = await open(refused.url)
  await parked.locator('#banner.bad').waitFor()
  expect(await parked.locator('#banner').textContent()).toMatch(
    /parked since .*UNAUTHORIZED.*Nothing is lost/,
  )
  await expect.poll(() => parked.locator('#state').textContent()).toMatch(/parked|trial/)
  await expect.poll(() => parked.locator('#lanes td.state').textContent()).toContain('waits')
  await shoot(parked, 'dashboard-parked', 'light', 1280, 900)
  await parked.close()
  await refused.stop()
})

describe('a relay that knows event types, and has found some of its deliveries in the trash', () => {
  const DAY_MS = 86_400_000
  const line = (eventType: string, message: string, foundAt = Date.now(), state = 'trashed') => ({
    ...{ nonce: 'n', eventType, state, foundAt },
    reasons: [{ field: 'email', message }],
  })
  /** What a relay of before has left on disk. */
  const leave = async (): Promise<string> => {
    const dataDir = tempFolder('dashboard')
    const types = ['contact-form', 'purchase', 'newsletter'].map((reference) =>
      eventType(reference, [field('email', 'email', { optional: false }), field('value', 'number')]),
    )
    await createSchemaFile(join(dataDir, 'schema.json')).save({
      ...{ facts: { eventTypes: types, project: {} }, readAt: Date.now() },
    })
    const reckoning = { ...begin(Date.now()), kept: 1_240, trashed: 3, unknown: 1 }
    const times = { beganAt: Date.now() - DAY_MS, readUntil: Date.now() }
    await createSettlementFile(join(dataDir, 'settlement.json')).save({ reckoning, ...times, seen: [] })
    await createTrashLog(join(dataDir, 'trash.jsonl')).append([
      line('contact-form', 'long ago', Date.now() - 2 * DAY_MS),
      line('contact-form', `is not valid ${EVIL_WORDS}`),
      line('contact-form', `is not valid ${EVIL_WORDS}`),
      line('other', 'came from elsewhere', Date.now(), 'unknown'),
    ] as TrashLine[])
    return dataDir
  }

  test('shows versions, verdicts and gates by event type, what became of the delivered and why, and the alarm', async () => {
    const known = await startStage({ dataDir: await leave() })
    const shown = await open(known.url)
    await shown.locator('#live.on').waitFor()
    for (const n of [1, 2, 3]) await known.event(`ok-${n}`)
    await known.event('doubt', 'purchase', { email: MAIL, more: 1, value: '12,50' })
    await known.event('bad', 'contact-form', { email: 'nobody' })
    const rows = shown.locator('#types tbody tr')
    await expect.poll(() => rows.first().textContent()).toMatch(/^contact-form\w{8}001/)
    await expect.poll(() => rows.nth(1).textContent()).toMatch(/^purchase\w{8}310running/)
    expect(await rows.nth(2).textContent()).toMatch(/^newsletter\w{8}000nothing yet/)
    const said = await shown.locator('#types-findings').textContent()
    expect(said).toContain('reject FIELD_NOT_EMAIL 1')
    expect(said).toContain('number put right 1')
    expect(await shown.locator('#settlement-facts').textContent()).toMatch(
      /^kept1,240trashed3unknown1pending/,
    )
    expect(await shown.locator('#reasons tbody tr').allTextContents()).toEqual([
      expect.stringMatching(/^contact-formtrashedemail: is not valid <\/pre><script>.*2$/),
      expect.stringMatching(/^otherunknownemail: came from elsewhere1$/),
    ])
    expect(await shown.locator('#banner.bad').textContent()).toMatch(/^2 delivered events were trashed/)
    expect(await shown.evaluate(() => Reflect.get(window, 'pwned'))).toBeUndefined()
    await shoot(shown, 'dashboard-schema', 'light', 1280, 900)
    await shoot(shown, 'dashboard-schema-dark', 'dark', 1280, 900)
    await shoot(shown, 'dashboard-schema-phone', 'dark', 390, 1500)
    await shown.close()
    await known.stop()
  })
})

test('the page can be looked at, light and dark, wide and narrow', async () => {
  for (let at = 0; at < 4; at += 1) await stage.event(`no-more-${at}`, ['newsletter', 'contact-form'][at % 2])
  for (let at = 0; at < 24; at += 1) {
    await stage.event(`show-${at}`, ['purchase', 'add-to-cart', 'contact-form'][at % 3])
    await page.waitForTimeout(120)
  }
  await letter('no-more-0').waitFor()
  await shoot(page, 'dashboard', 'light', 1280, 900)
  await shoot(page, 'dashboard-dark', 'dark', 1280, 900)
  await shoot(page, 'dashboard-dark-phone', 'dark', 390, 1500, false)
  for (const width of [320, 600, 801, 1000, 1001, 1101])
    await shoot(page, `dashboard-${width}`, 'light', width, 900, false)
})
