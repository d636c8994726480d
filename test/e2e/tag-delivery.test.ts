import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { type Collector, startCollector } from '../support/collector.ts'
import { servePage } from '../support/site.ts'

const POLL = { timeout: 15_000, interval: 50 }

let browser: BrowserContext
let collector: Collector
const pages: Page[] = []

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())
beforeEach(async () => {
  collector = await startCollector()
})
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close()
  await collector.stop()
})

const open = async (url: string): Promise<Page> => {
  const page = await browser.newPage()
  pages.push(page)
  await page.goto(url)
  return page
}

describe('a page with the snippet', () => {
  test('an event called before the script has loaded arrives as text/plain, with the tracker ID of the cookie', async () => {
    const url = servePage(collector, '/', {
      head: '<script>document.cookie = "ndrstnd=ru1cc7QHeklGu2"</script>',
      body: '<script>wmkt("event", "purchase", { amount: 12 })</script>',
    })
    await open(url)
    await expect.poll(() => collector.stored.size, POLL).toBe(1)
    const [arrival] = collector.arrivals
    expect(arrival?.contentType).toBe('text/plain;charset=UTF-8')
    expect(arrival?.batch).toMatchObject({
      v: 1,
      projectId: 'demo-shop',
      consent: 'granted',
      storage: 'disk',
      evicted: 0,
      items: [{ kind: 'event', eventType: 'purchase', data: { amount: 12 }, trackerId: 'ru1cc7QHeklGu2' }],
    })
  })
})
