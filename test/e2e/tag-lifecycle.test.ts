import { describe, expect, test } from 'vitest'
import {
  atRest,
  breathe,
  endings,
  listen,
  POLL,
  recordMany,
  rowsHeld,
  useTagSite,
  wmkt,
} from '../support/tag-site.ts'

const head = '<script>document.cookie = "ndrstnd=ru1cc7QHeklGu2"</script>'
const counts = (nonces: string[]): number[] =>
  [...new Set(nonces)].map((n) => nonces.filter((m) => m === n).length)

describe('leaving', () => {
  const site = useTagSite()

  test('the page left in the same task as the call: the item arrives, now or on the next visit, once', async () => {
    const page = await site.open({ head })
    site.collector.serve('/next', '<!doctype html><title>next</title>')
    await page.evaluate(() => {
      Reflect.get(window, 'wmkt')('event', 'leave', {}, { nonce: 'leaving' })
      location.href = '/next'
    })
    await page.waitForURL('**/next')
    const back = await site.visit()
    await expect.poll(() => site.collector.stored.has('leaving'), POLL).toBe(true)
    await expect.poll(() => rowsHeld(back), POLL).toBe(0)
    expect(site.collector.stored.size).toBe(1)
  })

  test('a copy leaves at hide though the relay refuses, each nonce once a page; the stored ones stay', async () => {
    const page = await site.open({ head })
    site.collector.fault = { status: 503, headers: { 'Retry-After': '600' } }
    const first = await recordMany(page, 3)
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
    await atRest(page)
    const hide = () =>
      page.evaluate(() => {
        Object.defineProperty(document, 'hidden', { value: true, configurable: true })
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
      })
    await hide()
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(2)
    const more = await recordMany(page, 2)
    await hide()
    await hide()
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(3)
    await breathe(page)
    expect(site.collector.arrivals.map(({ batch }) => batch.items.map(({ nonce }) => nonce).sort())).toEqual(
      [first, first, more].map((nonces) => nonces.sort()),
    )
    expect(await rowsHeld(page)).toBe(5)
  })

  test('copies and requests in flight share 60 KB: what does not fit waits for the next visit', async () => {
    site.collector.fault = 'hang'
    const page = await site.open({ head })
    const text = 'x'.repeat(10_000)
    for (let i = 0; i < 12; i++) await wmkt(page, 'event', 'long', { text }, { nonce: `n${i}` })
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
    await page.goto('about:blank')
    const leftAt = Date.now()
    site.collector.fault = 'none'
    const next = await site.visit()
    await expect.poll(() => rowsHeld(next), POLL).toBe(0)
    expect(site.collector.stored.size).toBe(12)
    const late = site.collector.sentAfter(leftAt)
    const early = site.collector.arrivals.filter((arrival) => !late.includes(arrival))
    expect(early.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(60_000)
  })

  test('a page that records in its own pagehide handler loses nothing', async () => {
    const page = await site.open({
      head,
      body: '<script>addEventListener("pagehide", () => wmkt("event", "bye", {}, { nonce: "bye" }))</script>',
    })
    await page.goto('about:blank')
    const next = await site.visit()
    await next.goto('about:blank')
    await site.visit()
    await expect.poll(() => site.collector.stored.has('bye'), POLL).toBe(true)
  })
})

describe('the way back', () => {
  const site = useTagSite({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })

  test('a page with items held is kept in the back/forward cache, and delivers when it is shown again', async () => {
    // Long enough that no attempt is under way when the page is left: Chromium does not keep a page with a keepalive request in flight.
    site.collector.fault = { status: 503, headers: { 'Retry-After': '5' } }
    const page = await site.open({ head })
    site.collector.serve('/next', '<!doctype html><title>next</title>')
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => Reflect.set(window, 'restored', persisted))
    })
    await recordMany(page, 3)
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
    await atRest(page)
    await page.goto(`${site.collector.url}/next`)
    site.collector.fault = 'none'
    await page.evaluate(() => history.back())
    await expect.poll(() => page.evaluate(() => Reflect.get(window, 'restored')), POLL).toBe(true)
    await expect.poll(() => site.collector.stored.size, POLL).toBe(3)
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
  })

  test('a page that left while its request hung lets go of the lock: another tab delivers', async () => {
    site.collector.fault = 'hang'
    const page = await site.open({ head })
    site.collector.serve('/next', '<!doctype html><title>next</title>')
    await recordMany(page, 3)
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
    await page.goto(`${site.collector.url}/next`)
    site.collector.fault = 'none'
    const other = await site.visit()
    await expect.poll(() => site.collector.stored.size, POLL).toBe(3)
    await expect.poll(() => rowsHeld(other), POLL).toBe(0)
    expect(Math.max(...counts(site.collector.wire()))).toBeLessThanOrEqual(3)
  })
})

describe('several tabs', () => {
  const site = useTagSite()

  test('the tab that recorded hears the ending though another tab has delivered', async () => {
    const page = await site.open({ head })
    site.collector.fault = { status: 503, headers: { 'Retry-After': '600' } }
    await listen(page)
    await recordMany(page, 2)
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
    site.collector.fault = 'none'
    await site.visit()
    await expect.poll(() => endings(page), POLL).toHaveLength(2)
    expect(site.collector.stored.size).toBe(2)
  })

  test('a tab that is closed while it delivers strands nothing: the refused one comes again', async () => {
    const page = await site.open({ head })
    site.collector.fault = 'hang'
    await recordMany(page, 3)
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
    // Only now, or it may be the other that delivers.
    const other = await site.visit()
    await recordMany(other, 3)
    site.collector.fault = 'none'
    await page.close()
    await expect.poll(() => site.collector.stored.size, POLL).toBe(6)
    await expect.poll(() => rowsHeld(other), POLL).toBe(0)
  })
})
