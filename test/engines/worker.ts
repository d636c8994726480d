import { describe, expect, test } from 'vitest'
import { builtFile } from '../support/site.ts'
import { type EngineSite, POLL } from './engine-site.ts'
import { recordMany, rowsHeld, wmkt } from './in-page.ts'

const REGISTER = '<script>navigator.serviceWorker.register("/worker.js")</script>'

/** A site with the tag's service worker, in an engine that never wakes it for Background Sync. */
export const worker = (site: EngineSite): void => {
  describe('the service worker without Background Sync', () => {
    test('is installed and costs nothing: the page delivers, and what it leaves the next visit delivers', async () => {
      site.collector.serve('/worker.js', 'importScripts("/wmkt/sw.js")', 'text/javascript')
      site.collector.serve('/wmkt/sw.js', builtFile('sw.js'), 'text/javascript')
      site.collector.fault = { status: 503 }
      const tab = await site.open({ body: REGISTER })
      const syncs = await tab.run(async () => 'sync' in (await navigator.serviceWorker.ready))
      expect(syncs).toBe(false)
      await recordMany(tab, 3)
      site.collector.fault = 'none'
      await wmkt(tab, 'flush')
      await expect.poll(() => rowsHeld(tab), POLL).toBe(0)
      site.collector.fault = { status: 503 }
      await recordMany(tab, 2)
      await tab.close()
      site.collector.fault = 'none'
      const next = await site.visit()
      await expect.poll(() => rowsHeld(next), POLL).toBe(0)
      expect(site.collector.stored.size).toBe(5)
    })
  })
}
