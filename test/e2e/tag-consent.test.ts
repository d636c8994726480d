import { describe, expect, test } from 'vitest'
import {
  breathe,
  endings,
  listen,
  POLL,
  recordMany,
  rowsHeld,
  useTagSite,
  wmkt,
} from '../support/tag-site.ts'

const site = useTagSite()
const head = '<script>document.cookie = "ndrstnd=ru1cc7QHeklGu2"</script>'
const required = 'data-project="demo-shop" data-consent="required"'
const hold = { status: 503, headers: { 'Retry-After': '600' } }

describe('consent', () => {
  test('required: before it is granted nothing is stored, read or sent; then all, with its own time', async () => {
    const spy = `<script>Object.defineProperty(document, "cookie", { get() { window.reads = (window.reads ?? 0) + 1; return "ndrstnd=spied" } })</script>`
    const page = await site.open({ head: spy, attributes: required })
    await recordMany(page, 3)
    await wmkt(page, 'flush')
    await breathe(page)
    const before = await page.evaluate(async () => ({
      databases: (await indexedDB.databases()).length,
      local: localStorage.length + sessionStorage.length,
      reads: Reflect.get(window, 'reads'),
    }))
    expect(before).toEqual({ databases: 0, local: 0, reads: undefined })
    const grantedAt = Date.now()
    await wmkt(page, 'consent', 'granted')
    await expect.poll(() => site.collector.stored.size, POLL).toBe(3)
    expect(site.collector.sentAfter(grantedAt)).toEqual(site.collector.arrivals)
    for (const item of site.collector.stored.values()) {
      expect(item).toMatchObject({ trackerId: 'spied' })
      expect(item.occurredAt).toBeLessThanOrEqual(grantedAt)
    }
  })

  test('denied: in all tabs 0 rows are left, each item ends as dropped, and nothing more is recorded', async () => {
    site.collector.fault = hold
    const page = await site.open({ head })
    const other = await site.visit()
    await listen(page)
    await listen(other)
    await recordMany(page, 2)
    await recordMany(other, 3)
    await wmkt(page, 'consent', 'denied')
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
    await expect.poll(async () => (await endings(other)).length, POLL).toBeGreaterThanOrEqual(3)
    for (const { ending, code } of await endings(other))
      expect([ending, code]).toEqual(['dropped', 'CONSENT_DENIED'])
    for (const tab of [page, other]) expect(await wmkt(tab, 'event', 'view')).toBe(null)
    expect(await rowsHeld(page)).toBe(0)
    // What left before the denial may arrive later still; whatever leaves from now on must not be.
    const forgottenAt = Date.now()
    for (const tab of [page, other]) await tab.goto('about:blank')
    expect(site.collector.sentAfter(forgottenAt)).toEqual([])
  })

  test('a consent manager may call before the script has loaded', async () => {
    const page = await site.open({
      head,
      attributes: required,
      body: `<script>wmkt('event', 'early', {}, { nonce: 'early' }); wmkt('consent', 'granted')</script>`,
    })
    await expect.poll(() => site.collector.stored.has('early'), POLL).toBe(true)
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
  })

  test('denied before load: what an earlier visit held is erased and not sent', async () => {
    site.collector.fault = hold
    const first = await site.open({ head })
    await recordMany(first, 2)
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
    await first.close()
    const closedAt = Date.now()
    site.collector.fault = 'none'
    const page = await site.open({
      path: '/denied',
      head,
      body: `<script>wmkt('consent', 'denied')</script>`,
    })
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
    expect(site.collector.sentAfter(closedAt)).toEqual([])
  })

  test('an early init asks for consent though the attributes do not; only `granted` grants', async () => {
    const body = `<script>wmkt('event', 'early'); wmkt('init', { consent: 'required' })</script>`
    const page = await site.open({ head, body })
    await wmkt(page, 'consent', 'yes')
    await wmkt(page, 'flush')
    await breathe(page)
    expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0)
    const grantedAt = Date.now()
    await wmkt(page, 'consent', 'granted')
    await expect.poll(() => site.collector.stored.size, POLL).toBe(1)
    expect(site.collector.sentAfter(grantedAt)).toEqual(site.collector.arrivals)
  })

  test('a denial clears the campaign of every tab', async () => {
    const page = await site.open({ head, attributes: 'data-project="demo-shop" data-campaign' })
    const other = await site.visit('/?cid=spring')
    expect(await other.evaluate(() => sessionStorage.length)).toBe(1)
    await wmkt(page, 'consent', 'denied')
    await expect.poll(() => other.evaluate(() => sessionStorage.length), POLL).toBe(0)
  })

  test.each([
    ['with data-gpc="denied"', 'data-project="demo-shop" data-gpc="denied"', 0],
    ['without it, the relay is told of the signal', 'data-project="demo-shop"', 1],
  ])('Global Privacy Control %s', async (_, attributes, delivered) => {
    const init = 'Object.defineProperty(navigator, "globalPrivacyControl", { value: true })'
    const page = await site.open({ head, attributes, init })
    const nonce = await wmkt(page, 'event', 'view')
    expect(nonce === null).toBe(delivered === 0)
    await expect.poll(() => site.collector.stored.size, POLL).toBe(delivered)
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
    expect(site.collector.arrivals).toHaveLength(delivered)
    for (const { batch } of site.collector.arrivals) expect(batch.gpc).toBe(true)
  })
})
