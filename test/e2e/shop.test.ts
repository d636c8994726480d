import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { type Demo, startDemoChild } from '../support/demo.ts'
import { ROOT } from '../support/sources.ts'

/** `npm start` without its build: the main job, as a newcomer meets it. */
let demo: Demo
let context: BrowserContext
let page: Page

beforeAll(async () => {
  demo = await startDemoChild({ fresh: true })
  context = await launchChromium()
  page = await context.newPage()
  await page.goto(demo.url)
})
afterAll(async () => {
  await context?.close()
  await demo?.end()
})

const trackerCookie = async () => (await context.cookies()).find(({ name }) => name === 'ndrstnd')?.value

type Watched = { clickedAt: number; seenAt: number; nonce: string | undefined }

/** In the page, by its own clock: when the next click came, and when the item it has made had reached this step. */
const watchItem = (step: string): { item: Promise<Watched> } => {
  const list = document.getElementById('items') as HTMLElement
  const before = list.childElementCount
  let clickedAt = 0
  addEventListener('click', () => (clickedAt = Date.now()), { capture: true, once: true })
  const item = new Promise<Watched>((resolve) => {
    const look = (): void => {
      const newest = list.firstElementChild as HTMLElement | null
      if (list.childElementCount === before || !newest?.querySelector(`[data-step=${step}].reached`)) return
      watching.disconnect()
      resolve({ clickedAt, seenAt: Date.now(), nonce: newest.dataset.nonce })
    }
    const watching = new MutationObserver(look)
    watching.observe(list, { subtree: true, childList: true, attributes: true })
  })
  return { item }
}

/** Clicks, waits for the newest item to reach its end, and tells how long that took. */
const clickAndWait = async (button: string, end: string) => {
  const reached = await page.evaluateHandle(watchItem, end)
  await page.click(button)
  const { clickedAt, seenAt, nonce } = await reached.evaluate(({ item }) => item)
  return { clickedAt, seenAt, tookMs: seenAt - clickedAt, nonce }
}

test('the page and the log say SANDBOX', async () => {
  expect(await page.locator('header').textContent()).toContain('SANDBOX')
  expect(demo.output()).toContain('SANDBOX')
})

test.each([
  ['purchase', '#buy'],
  ['contact-form', '#contact button'],
])(
  'a %s becomes a computed event within 2 s, with the cookie’s tracker ID and its date',
  async (eventType, button) => {
    const { clickedAt, seenAt, tookMs, nonce } = await clickAndWait(button, 'computed')
    expect(tookMs).toBeLessThan(2_000)
    const [event] = await demo.events(`?nonce=${nonce}`)
    expect(event).toMatchObject({
      eventType,
      status: 'computed',
      receptions: 1,
      trackerId: await trackerCookie(),
    })
    const { eventDate = '' } = event ?? {}
    expect(eventDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(Date.parse(eventDate)).toBeGreaterThanOrEqual(clickedAt)
    expect(Date.parse(eventDate)).toBeLessThanOrEqual(seenAt)
  },
)

test('a visit in the store becomes an offline interaction', async () => {
  const { tookMs } = await clickAndWait('#visit', 'delivered')
  expect(tookMs).toBeLessThan(2_000)
  const interactions = await fetch(`${demo.sandboxUrl}/__sandbox/interactions`).then((answer) =>
    answer.json(),
  )
  expect(interactions).toHaveLength(1)
})

test('the page can be looked at, light and dark, wide and narrow', async () => {
  const folder = join(ROOT, '.cache/screenshots')
  await page.screenshot({ path: join(folder, 'shop.png'), fullPage: true })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.screenshot({ path: join(folder, 'shop-dark-phone.png'), fullPage: true })
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
})

test('?debug says at the call what the relay will hold, on the page and in the console', async () => {
  const debugged = await context.newPage()
  const lines: string[] = []
  debugged.on('console', (line) => lines.push(line.text()))
  await debugged.goto(`${demo.url}?debug`)
  await debugged.locator('wmkt-debug').getByText('Checked by schema').waitFor()
  await debugged.evaluate(() => Reflect.get(window, 'wmkt')('event', 'contact-form', { email: 'nobody' }))
  const line = 'email: The field takes an e-mail address. (FIELD_NOT_EMAIL)'
  await debugged.locator('wmkt-debug').getByText(line).waitFor()
  expect(lines).toContain(
    'wmkt problem contact-form email FIELD_NOT_EMAIL The field takes an e-mail address.',
  )
  await expect.poll(() => debugged.locator('wmkt-debug li').first().textContent()).toContain('delivered')
  expect(await debugged.locator('wmkt-debug li').first().textContent()).toContain('FIELD_NOT_EMAIL')
  await debugged.close()
})
