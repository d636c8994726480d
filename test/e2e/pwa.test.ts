import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { type Demo, startDemoChild } from '../support/demo.ts'
import { ROOT } from '../support/sources.ts'
import { POLL, untilLive } from '../support/tag-site.ts'
import { startWire, type Wire } from '../support/wire.ts'

/** `npm start -- examples/pwa`: the app, the relay, the sandbox; and between them and the browser a network to take away. */
let demo: Demo
let wire: Wire
let context: BrowserContext

beforeAll(async () => {
  demo = await startDemoChild({ folder: join(ROOT, 'examples/pwa') })
  wire = await startWire(demo.port)
  context = await launchChromium()
})
afterAll(async () => {
  await context?.close()
  wire?.end()
  await demo?.end()
})

/** The browser's own switch alone would let the copy pass that a closing page sends; the wire alone, `navigator.onLine`. */
const takeNetwork = async (): Promise<void> => {
  wire.cut()
  await context.setOffline(true)
}
const giveNetwork = async (): Promise<void> => {
  wire.mend()
  await context.setOffline(false)
}

const openApp = async (): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(wire.url)
  await untilLive(page)
  // The shell is kept before the worker is ready.
  await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
  return page
}
const note = async (page: Page, email: string): Promise<void> => {
  await page.fill('[name=email]', email)
  await page.click('button')
  await page.locator('#entries li', { hasText: email }).waitFor()
}
const computed = async () => (await demo.events()).map(({ eventType, status }) => `${eventType} ${status}`)

test('Chromium finds nothing that stands in the way of installing it', async () => {
  const page = await openApp()
  const devtools = await context.newCDPSession(page)
  const { url, errors, data } = await devtools.send('Page.getAppManifest')
  expect([url, errors]).toEqual([`${wire.url}manifest.webmanifest`, []])
  expect(JSON.parse(data ?? '')).toMatchObject({ display: 'standalone', start_url: './' })
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  expect(installabilityErrors).toEqual([])
  await page.close()
})

test('what was noted offline is delivered once the network is back, with no page open', async () => {
  const page = await openApp()
  await takeNetwork()
  await note(page, 'ada@example.com')
  expect(await page.locator('#entries .state').textContent()).toBe('on this device')
  await page.close()
  expect(await demo.events()).toEqual([])
  await giveNetwork()
  await expect.poll(computed, POLL).toEqual(['contact-form computed'])
  const [event] = await demo.events()
  const [cookie] = (await context.cookies(wire.url)).filter(({ name }) => name === 'ndrstnd')
  expect(event).toMatchObject({ receptions: 1, trackerId: cookie?.value })
})

test('the app opens without a network, and says what becomes of a note', async () => {
  const before = (await demo.events()).length
  await takeNetwork()
  const page = await openApp()
  expect(await page.locator('#network').textContent()).toMatch(/^Offline/)
  await note(page, 'bob@example.com')
  await giveNetwork()
  await page.locator('[data-state=delivered]').waitFor()
  await expect.poll(async () => (await computed()).length, POLL).toBe(before + 1)
  await page.close()
})

test('the page can be looked at, light and dark, wide and narrow', async () => {
  const folder = join(ROOT, '.cache/screenshots')
  const page = await openApp()
  await note(page, 'grace@example.com')
  await page.locator('[data-state=delivered]').waitFor()
  await takeNetwork()
  await note(page, 'alan@example.com')
  await page.screenshot({ path: join(folder, 'pwa.png'), fullPage: true })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.screenshot({ path: join(folder, 'pwa-dark-phone.png'), fullPage: true })
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  await giveNetwork()
})
