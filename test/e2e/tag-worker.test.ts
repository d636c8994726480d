import { describe, expect, test } from 'vitest'
import { builtFile } from '../support/site.ts'
import { POLL, recordMany, rowsHeld, useTagSite } from '../support/tag-site.ts'

const QUICK_SYNC = [
  '--force-fieldtrials=BackgroundSync/Test/',
  '--force-fieldtrial-params=BackgroundSync.Test:initial_retry_delay_sec/2/retry_delay_factor/1/max_sync_attempts/5',
]
const head = '<script>document.cookie = "ndrstnd=ru1cc7QHeklGu2"</script>'
const REGISTER = '<script>navigator.serviceWorker.register("/worker.js")</script>'
const ready = 'navigator.serviceWorker.ready.then(() => true)'

describe('the service worker', () => {
  const site = useTagSite({ args: QUICK_SYNC })

  const openApp = async (init = '') => {
    site.collector.serve('/worker.js', 'importScripts("/wmkt/sw.js")', 'text/javascript')
    site.collector.serve('/wmkt/sw.js', builtFile('sw.js'), 'text/javascript')
    const page = await site.open({ head, body: REGISTER, init })
    await page.evaluate(ready)
    return page
  }

  /** Rows left, as a page without a tag counts them: nobody but the worker can have taken them out. */
  const rowsWithoutTag = async (): Promise<() => Promise<number>> => {
    site.collector.serve('/bare', '<!doctype html><title>bare</title>')
    const page = await site.browser.newPage()
    await page.goto(`${site.collector.url}/bare`)
    return () => rowsHeld(page)
  }

  test('what was recorded offline is delivered after the network is back, with no tab of the tag open', async () => {
    // No copy leaves with the closing page: what arrives, the worker has brought.
    const page = await openApp('navigator.sendBeacon = () => true')
    await site.browser.setOffline(true)
    await recordMany(page, 5)
    await page.close()
    const onlineAt = Date.now()
    await site.browser.setOffline(false)
    await expect.poll(await rowsWithoutTag(), POLL).toBe(0)
    expect(site.collector.stored.size).toBe(5)
    expect(site.collector.sentAfter(onlineAt)).toEqual(site.collector.arrivals)
  })

  test('a relay that refuses the worker is asked again: the sync is registered after every failure', async () => {
    const page = await openApp()
    site.collector.fault = { status: 503 }
    await recordMany(page, 2)
    await page.close()
    await expect.poll(() => site.collector.arrivals.length, POLL).toBeGreaterThan(3)
    site.collector.fault = 'none'
    await expect.poll(await rowsWithoutTag(), POLL).toBe(0)
    expect(site.collector.stored.size).toBe(2)
  })

  test('the worker delivers every project of the origin to its own endpoint', async () => {
    const page = await openApp()
    const other = await site.open({
      path: '/other',
      head,
      attributes: 'data-project="other" data-endpoint="/b/collect"',
    })
    await site.browser.setOffline(true)
    await recordMany(page, 1)
    await recordMany(other, 1)
    await page.close()
    await other.close()
    await site.browser.setOffline(false)
    await expect.poll(await rowsWithoutTag(), POLL).toBe(0)
    // A set: the copy of a page that closes may arrive besides.
    const ways = new Set(site.collector.arrivals.map(({ path, batch }) => `${batch.projectId} at ${path}`))
    expect([...ways].sort()).toEqual(['demo-shop at /wmkt/collect', 'other at /b/collect'])
  })
})
