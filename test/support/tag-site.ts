import { rm } from 'node:fs/promises'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { type ChromiumOptions, launchChromium, makeProfile } from './browser.ts'
import { type Collector, startCollector } from './collector.ts'
import { rowsInPage } from './rows-in-page.ts'
import { type SiteOptions, servePage } from './site.ts'

export const POLL = { timeout: 20_000, interval: 25 }

/** The page once the tag is at work there: the snippet's function has given way to the tag's. */
export const untilLive = async (page: Page): Promise<Page> => {
  const isLive = (): Promise<boolean> =>
    page.evaluate(() => !String(Reflect.get(window, 'wmkt')).includes('wmkt.q'))
  await expect.poll(isLive, POLL).toBe(true)
  return page
}

export type TagSite = {
  readonly browser: BrowserContext
  readonly collector: Collector
  /** Serves a page with the snippet and opens it in a new tab, once the tag is at work. */
  open(options?: SiteOptions & { path?: string; init?: string }): Promise<Page>
  /** Opens what is already served. */
  visit(path?: string): Promise<Page>
}

let common: Promise<BrowserContext> | undefined

/** One browser for all files of a worker, which ends with it: to launch one takes a second and a half of a processor. */
const commonBrowser = (): Promise<BrowserContext> => {
  const forget = () => {
    common = undefined
  }
  common ??= launchChromium().then((browser) => browser.once('close', forget))
  return common
}

/** A browser of one's own, by options of its own. */
const launchOwn = async (options: ChromiumOptions) => {
  const profile = makeProfile()
  const browser = await launchChromium({ profile, ...options })
  const end = async () => {
    await browser.close()
    await removeProfile(profile)
  }
  return { browser, end }
}

const borrow = async () => {
  const browser = await commonBrowser()
  return { browser, end: () => browser.setOffline(false) }
}

/** A browser, and for each test a fresh collector, which is also a fresh origin, no cookie, and no page left open. */
export const useTagSite = (launch?: ChromiumOptions): TagSite => {
  let browser: BrowserContext
  let end: () => Promise<void>
  let collector: Collector
  beforeAll(async () => {
    ;({ browser, end } = await (launch ? launchOwn(launch) : borrow()))
  })
  afterAll(() => end())
  beforeEach(async () => {
    collector = await startCollector()
    // Cookies know no ports: those of the test before would still be there.
    await browser.clearCookies()
  })
  afterEach(async () => {
    for (const page of browser.pages().slice(1)) await page.close()
    await collector.stop()
  })

  const visit = async (path = '/', init = ''): Promise<Page> => {
    const page = await browser.newPage()
    if (init) await page.addInitScript(init)
    await page.goto(`${collector.url}${path}`)
    return untilLive(page)
  }
  return {
    get browser() {
      return browser
    },
    get collector() {
      return collector
    },
    visit,
    open: ({ path = '/', init = '', ...options } = {}) => {
      servePage(collector, path, options)
      return visit(path, init)
    },
  }
}

/** The browser's last processes may still write when it has closed. */
export const removeProfile = (profile: string): Promise<void> =>
  rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })

/** Calls `wmkt(…)` in the page; resolves to what the call resolves to. */
export const wmkt = (page: Page, ...call: unknown[]): Promise<string | null> =>
  page.evaluate((given) => Reflect.get(window, 'wmkt')(...given), call)

/** Records events in one task; resolves to their nonces once each is in the outbox. */
export const recordMany = (page: Page, count: number): Promise<string[]> =>
  page.evaluate((n) => {
    const record = Reflect.get(window, 'wmkt')
    return Promise.all(Array.from({ length: n }, (_, i) => record('event', 'view', { i })))
  }, count)

/** Time for what the calls so far have set off, by events and not by the clock: their timers, then a round trip to the server. */
export const breathe = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve))
    return (await fetch(location.href)).text()
  })

/** Once nothing is under way: the tag has heard the answers to what it has sent, and acted on them. */
export const atRest = (page: Page): Promise<void> =>
  expect.poll(() => page.evaluate(async () => (await navigator.locks.query()).held?.length), POLL).toBe(0)

/** Everything the tag tells from now on, gathered in the page. */
export const listen = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const heard: unknown[] = []
    Reflect.set(window, 'heard', heard)
    for (const name of ['stored', 'ending'])
      Reflect.get(window, 'wmkt')('on', name, (news: unknown) => heard.push(news))
  })

export type Heard = { nonce: string; kind: string; ending?: string; code?: string; message?: string }

/** What `listen` has gathered. */
export const heard = (page: Page): Promise<Heard[]> => page.evaluate(() => Reflect.get(window, 'heard'))

export const endings = async (page: Page): Promise<Heard[]> =>
  (await heard(page)).filter(({ ending }) => ending)

/** Rows in the page's IndexedDB outbox. */
export const rowsHeld = (page: Page): Promise<number> => page.evaluate(rowsInPage)
