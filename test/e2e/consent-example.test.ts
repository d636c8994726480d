import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { type Demo, startDemoChild } from '../support/demo.ts'
import { ROOT } from '../support/sources.ts'
import { breathe, POLL, rowsHeld, untilLive, wmkt } from '../support/tag-site.ts'
import { startWire, type Wire } from '../support/wire.ts'

/** `npm start -- examples/consent`, and a browser that has never been there. */
let demo: Demo
let wire: Wire
let context: BrowserContext
let posts: string[]

beforeAll(async () => {
  demo = await startDemoChild({ folder: join(ROOT, 'examples/consent') })
  context = await launchChromium()
  context.on('request', (request) => request.method() === 'POST' && posts.push(request.url()))
})
beforeEach(async () => {
  // A wire of its own is an origin of its own; cookies alone know no ports.
  wire = await startWire(demo.port)
  await context.clearCookies()
  posts = []
})
afterEach(async () => {
  for (const page of context.pages().slice(1)) await page.close()
  await context.unrouteAll()
  wire.end()
})
afterAll(async () => {
  await context?.close()
  await demo?.end()
})

const visit = async (): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(wire.url)
  return untilLive(page)
}

/** Records so many subscriptions by code; resolves to their nonces. */
const subscribe = (page: Page, count: number): Promise<string[]> =>
  page.evaluate(
    (n) =>
      Promise.all(
        Array.from({ length: n }, (_, i) =>
          Reflect.get(window, 'wmkt')('event', 'newsletter', { email: `${i}@b.test` }),
        ),
      ),
    count,
  )

/** Everything a page can leave on a device, whoever wrote it. */
const keptOn = (page: Page) =>
  page.evaluate(async () => ({
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    local: localStorage.length,
    session: sessionStorage.length,
    cookies: document.cookie,
  }))
const NOTHING = { databases: 0, caches: 0, local: 0, session: 0, cookies: '' }

/** Those of these nonces that the sandbox has computed. */
const computed = async (nonces: (string | null)[]) =>
  (await demo.events()).filter(({ nonce, status }) => nonces.includes(nonce) && status === 'computed')

test('until the visitor has answered, 0 bytes are stored and 0 requests made; then all of it is delivered', async () => {
  const page = await visit()
  await page.click('form button')
  const nonces = await subscribe(page, 2)
  await breathe(page)
  expect(await keptOn(page)).toEqual(NOTHING)
  expect(posts).toEqual([])
  await page.click('#accept')
  await expect.poll(() => computed(nonces), POLL).toHaveLength(2)
  await expect.poll(() => page.locator('#sent').textContent(), POLL).toBe('3')
  expect(await rowsHeld(page)).toBe(0)
  await expect.poll(async () => (await keptOn(page)).cookies, POLL).toMatch(/^ndrstnd=./)
})

test('the visitor who has answered before is not asked: the platform grants before the tag has loaded', async () => {
  await (await visit()).click('#accept')
  let load = (): void => {}
  const held = new Promise<void>((resolve) => {
    load = resolve
  })
  await context.route('**/tag.js', async (route) => {
    await held
    await route.continue()
  })
  const page = await context.newPage()
  await page.goto(wire.url, { waitUntil: 'commit' })
  const waiting = () =>
    page.evaluate(() => [...(Reflect.get(window, 'wmkt')?.q ?? [])].map((call) => [...call]))
  await expect.poll(waiting, POLL).toContainEqual(['consent', 'granted'])
  expect(await page.locator('#banner').isHidden()).toBe(true)
  load()
  await untilLive(page)
  const nonces = await subscribe(page, 1)
  await expect.poll(() => computed(nonces), POLL).toHaveLength(1)
})

test('a refusal after the fact leaves 0 rows in every tab, and nothing leaves any longer', async () => {
  const page = await visit()
  await page.click('#accept')
  const other = await visit()
  wire.cut()
  const nonces = [...(await subscribe(page, 2)), ...(await subscribe(other, 3))]
  expect(await rowsHeld(page)).toBe(5)
  await page.click('#again')
  await page.click('#refuse')
  await expect.poll(() => rowsHeld(page), POLL).toBe(0)
  await expect.poll(() => other.locator('#rows').textContent(), POLL).toBe('nothing')
  for (const tab of [page, other]) expect(await wmkt(tab, 'event', 'newsletter')).toBe(null)
  for (const tab of [page, other]) await tab.close()
  wire.mend()
  posts = []
  const next = await visit()
  expect(await next.locator('#answer').textContent()).toBe('denied')
  expect(await wmkt(next, 'event', 'newsletter')).toBe(null)
  await wmkt(next, 'flush')
  await breathe(next)
  expect(await rowsHeld(next)).toBe(0)
  expect(posts).toEqual([])
  expect((await demo.events()).filter(({ nonce }) => nonces.includes(nonce))).toEqual([])
})

test('the page can be looked at, light and dark, wide and narrow', async () => {
  const folder = join(ROOT, '.cache/screenshots')
  const page = await visit()
  await page.screenshot({ path: join(folder, 'consent.png'), fullPage: true })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.screenshot({ path: join(folder, 'consent-dark-phone.png'), fullPage: true })
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
})
