import { describe, expect, test } from 'vitest'
import { launchChromium, makeProfile } from '../support/browser.ts'
import { killBrowser } from '../support/browser-kill.ts'
import { servePage } from '../support/site.ts'
import {
  atRest,
  endings,
  listen,
  POLL,
  recordMany,
  removeProfile,
  rowsHeld,
  untilLive,
  useTagSite,
  wmkt,
} from '../support/tag-site.ts'

const site = useTagSite()
const head = '<script>document.cookie = "ndrstnd=ru1cc7QHeklGu2"</script>'

describe('when the relay fails', () => {
  test('3 tabs record 40 each under 503 and close: the next visit delivers 120 of 120', async () => {
    site.collector.fault = { status: 503 }
    const pages = [await site.open({ head }), await site.visit(), await site.visit()]
    await Promise.all(pages.map((page) => recordMany(page, 40)))
    for (const page of pages) await page.close()
    expect(site.collector.stored.size).toBe(0)
    site.collector.fault = 'none'
    const next = await site.visit()
    await expect.poll(() => site.collector.stored.size, POLL).toBe(120)
    await expect.poll(() => rowsHeld(next), POLL).toBe(0)
  })

  test('a receipt lost after storing: the items come again and are one each', async () => {
    const page = await site.open({ head })
    site.collector.fault = () => (site.collector.arrivals.length < 2 ? 'cut' : 'none')
    await recordMany(page, 5)
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
    expect(site.collector.stored.size).toBe(5)
    expect(site.collector.wire()).toHaveLength(10)
  })

  test('a 413 halves the batch down to the one item at fault, which alone ends', async () => {
    const page = await site.open({ head })
    await listen(page)
    site.collector.fault = ({ items }) =>
      items.some(({ nonce }) => nonce === 'fat') ? { status: 413 } : 'none'
    await page.evaluate(() => {
      for (let i = 0; i < 9; i++)
        Reflect.get(window, 'wmkt')('event', 'view', { i }, { nonce: i === 4 ? 'fat' : `n${i}` })
    })
    await expect.poll(() => endings(page), POLL).toHaveLength(9)
    expect(site.collector.stored.size).toBe(8)
    expect(await endings(page)).toContainEqual(
      expect.objectContaining({ nonce: 'fat', ending: 'rejected', code: 'BODY_TOO_LARGE' }),
    )
    expect(await rowsHeld(page)).toBe(0)
  })

  test.each([
    ['a captive portal answers 200 with a page', { status: 200, body: '<h1>Log in</h1>' }],
    ['a proxy answers 202 with something that is no receipt', { status: 202, body: '{"ok":true}' }],
    ['a misconfigured relay answers 400', { status: 400 }],
    ['a misconfigured relay answers 403', { status: 403 }],
  ])('%s: the items stay', async (_, fault) => {
    site.collector.fault = fault
    const page = await site.open({ head })
    await recordMany(page, 3)
    await expect.poll(() => site.collector.arrivals.length, POLL).toBeGreaterThan(0)
    expect(await rowsHeld(page)).toBe(3)
    site.collector.fault = 'none'
    await wmkt(page, 'flush')
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
    expect(site.collector.stored.size).toBe(3)
  })

  test.each([
    ['in seconds', () => '2'],
    ['as a date', () => new Date(Date.now() + 3_000).toUTCString()],
  ])('Retry-After %s is obeyed, by new items and by flush too', async (_, header) => {
    site.collector.fault = () =>
      site.collector.arrivals.length > 1 ? 'none' : { status: 429, headers: { 'Retry-After': header() } }
    const page = await site.open({ head })
    await recordMany(page, 1)
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
    await atRest(page)
    const refusedAt = Date.now()
    await recordMany(page, 1)
    await wmkt(page, 'flush')
    await expect.poll(() => site.collector.stored.size, POLL).toBe(2)
    expect(Date.now() - refusedAt).toBeGreaterThan(1_800)
    expect(site.collector.arrivals).toHaveLength(2)
  })

  test('the relay stops and starts again: what was recorded meanwhile arrives once it is back', async () => {
    const page = await site.open({ head })
    await site.collector.stop()
    await recordMany(page, 10)
    await site.collector.start()
    await wmkt(page, 'flush')
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
    expect(site.collector.stored.size).toBe(10)
  })

  test('offline items leave at once when the browser is online again', async () => {
    const page = await site.open({ head })
    await site.browser.setOffline(true)
    await recordMany(page, 4)
    expect(await rowsHeld(page)).toBe(4)
    await site.browser.setOffline(false)
    await expect.poll(() => site.collector.stored.size, POLL).toBe(4)
  })
})

describe('when the browser is killed with -9', () => {
  test('1 s after 40 events, the relay hanging: 40 of 40 arrive after the restart', async () => {
    const profile = makeProfile()
    site.collector.fault = 'hang'
    const url = servePage(site.collector, '/', { head })
    const first = await launchChromium({ profile })
    const page = await first.newPage()
    await page.goto(url)
    await untilLive(page)
    await recordMany(page, 40)
    await page.waitForTimeout(1_000)
    await killBrowser(profile)
    site.collector.fault = 'none'
    const second = await launchChromium({ profile })
    await (await second.newPage()).goto(url)
    await expect.poll(() => site.collector.stored.size, POLL).toBe(40)
    await second.close()
    await removeProfile(profile)
  })
})
