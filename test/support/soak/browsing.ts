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
      await page.evaluate(() => Reflect.get(window, 'wmkt')('flush'))
      await expect.poll(() => rowsHeld(page), { timeout: timeoutMs, interval: 100 }).toBe(0)
    },
  }
}
