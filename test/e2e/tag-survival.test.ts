import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { launchChromium, makeProfile } from '../support/browser.ts'
import { killBrowser } from '../support/browser-kill.ts'
import { type Collector, startCollector } from '../support/collector.ts'
import { servePage } from '../support/site.ts'
import { POLL, recordMany, removeProfile, untilLive } from '../support/tag-site.ts'

const TRIALS = 20
const head = '<script>document.cookie = "ndrstnd=ru1cc7QHeklGu2"</script>'

/** One call, not awaited; resolves as soon as the call has returned. */
const callOnly = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Reflect.get(window, 'wmkt')('event', 'last', {}, { nonce: 'last' })
  })

/** 20 origins in one browser, each with its database open; one un-awaited call in each, then SIGKILL. Tells how many arrive. */
const survivors = async (afterMs: number): Promise<number> => {
  const profile = makeProfile()
  const collectors: Collector[] = []
  while (collectors.length < TRIALS) collectors.push(await startCollector())
  const urls = collectors.map((collector) => servePage(collector, '/', { head }))
  const first = await launchChromium({ profile })
  const open = async (url: string): Promise<Page> => {
    const page = await first.newPage()
    await page.goto(url)
    await untilLive(page)
    await recordMany(page, 1)
    return page
  }
  const pages = await Promise.all(urls.map(open))
  await expect.poll(() => collectors.every(({ stored }) => stored.size === 1), POLL).toBe(true)
  for (const collector of collectors) collector.fault = 'hang'
  await Promise.all(pages.map(callOnly))
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  await killBrowser(profile)
  for (const collector of collectors) collector.fault = 'none'
  const second = await launchChromium({ profile })
  // One page visits them all: each of its own would cost more than all else here.
  const page = await second.newPage()
  for (const [at, collector] of collectors.entries()) {
    await page.goto(urls[at] ?? '')
    await expect
      .poll(() => collector.stored.has('last'), { interval: 10 })
      .toBe(true)
      .catch(() => {})
  }
  await second.close()
  await Promise.all(collectors.map((collector) => collector.stop()))
  await removeProfile(profile)
  return collectors.filter(({ stored }) => stored.has('last')).length
}

test('a single call that nobody awaits survives SIGKILL 50 ms later: 20 of 20', async () => {
  const curve: Record<string, number> = {}
  for (const ms of process.env.WMKT_SURVIVAL_CURVE ? [5, 20] : []) curve[`${ms} ms`] = await survivors(ms)
  curve['50 ms'] = await survivors(50)
  console.log(`survived of ${TRIALS}, by the time from call to kill:`, curve)
  expect(curve['50 ms']).toBe(TRIALS)
})
