import type { Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { launchChromium } from '../browser.ts'
import { startSite } from '../chain.ts'
import { chunkOf, pause } from '../load.ts'
import { wholeIn } from '../seeded.ts'
import { rowsHeld, untilLive } from '../tag-site.ts'

/** One real browser on a site with the snippet, whose visitor does something now and then. */
export type Browsing = {
  /** Nonces the page was given for what it recorded. */
  recorded: Set<string>
  /** No network for the browser, for so long. */
  offline(ms: number): Promise<void>
  /** A new tab takes the old one's place. */
  turnPage(): Promise<void>
  /** Records no more; resolves once nothing is left in the page's outbox. */
  stop(timeoutMs: number): Promise<void>
}

const flush = (page: Page): Promise<void> => page.evaluate(() => Reflect.get(window, 'wmkt')('flush'))

/** What the page sees of its own network, of its locks and of the relay, as JSON. */
const viewOf = async (page: Page, relayUrl: string): Promise<string> => {
  const look = async (url: string) => ({
    onLine: navigator.onLine,
    locks: await navigator.locks.query(),
    reached: await fetch(url, { mode: 'no-cors' }).then(() => true, String),
  })
  const ready = `${relayUrl}/readyz`
  const answer = await fetch(ready).then(({ status }) => status, String)
  return JSON.stringify({ ...(await page.evaluate(look, ready)), answer })
}

export const startBrowsing = async (relayUrl: string, random: () => number): Promise<Browsing> => {
  const [site, context] = await Promise.all([startSite(relayUrl), launchChromium()])
  onTestFinished(async () => void (await Promise.all([context.close(), site.stop()])))
  const open = async (): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(site.url)
    return untilLive(page)
  }
  const recorded = new Set<string>()
  let page = await open()
  let stopped = false
  /** A page that is just leaving answers no more: what it had recorded is counted when its nonce came back. */
  const record = async () => {
    const nonce = `browser-${recorded.size}`
    const options = { nonce, trackerId: chunkOf('browser', recorded.size) }
    recorded.add(nonce)
    const call = () =>
      page.evaluate(
        (given) => Reflect.get(window, 'wmkt')(...given),
        ['event', 'page-view', { title: nonce }, options],
      )
    while (!(await call().catch(() => undefined))) await pause(100)
  }
  const visiting = (async () => {
    while (!stopped) {
      await record()
      await pause(wholeIn(random, 50, 500))
    }
  })()
  return {
    recorded,
    async offline(ms) {
      await context.setOffline(true)
      await pause(ms)
      await context.setOffline(false)
    },
    async turnPage() {
      const before = page
      page = await open()
      await before.close()
    },
    async stop(timeoutMs) {
      stopped = true
      await visiting
      // Asked again and again: a tag that has just failed for the sixth time waits for half a minute.
      const rowsLeft = () => flush(page).then(() => rowsHeld(page))
      const polled = expect.poll(rowsLeft, { timeout: timeoutMs, interval: 500 }).toBe(0)
      await polled.catch(async (error) => {
        throw new Error(`the page keeps its rows: ${await viewOf(page, relayUrl)}`, { cause: error })
      })
    },
  }
}
