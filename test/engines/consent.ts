import { describe, expect, test } from 'vitest'
import { type EngineSite, POLL } from './engine-site.ts'
import { recordMany, rowsHeld, wmkt } from './in-page.ts'

/** What the tag may do before an answer, and what it leaves after a refusal. */
export const consent = (site: EngineSite): void => {
  describe('consent', () => {
    test('required: nothing is stored and nothing is sent before it is granted, then all of it', async () => {
      const tab = await site.open({ attributes: 'data-project="demo-shop" data-consent="required"' })
      await recordMany(tab, 3)
      await wmkt(tab, 'flush')
      expect(await tab.run(() => indexedDB.databases())).toEqual([])
      const grantedAt = await tab.run(() => {
        const now = Date.now()
        Reflect.get(window, 'wmkt')('consent', 'granted')
        return now
      })
      await expect.poll(() => site.collector.stored.size, POLL).toBe(3)
      for (const { batch } of site.collector.arrivals) expect(batch.sentAt).toBeGreaterThanOrEqual(grantedAt)
      for (const { occurredAt } of site.collector.stored.values())
        expect(occurredAt).toBeLessThanOrEqual(grantedAt)
      await expect.poll(() => rowsHeld(tab), POLL).toBe(0)
    })

    test('denied: 0 rows are left, nothing more is recorded, and the next visit has nothing to deliver', async () => {
      site.collector.fault = { status: 503, headers: { 'Retry-After': '600' } }
      const tab = await site.open()
      await recordMany(tab, 4)
      expect(await rowsHeld(tab)).toBe(4)
      await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
      await wmkt(tab, 'consent', 'denied')
      await expect.poll(() => rowsHeld(tab), POLL).toBe(0)
      expect(await wmkt(tab, 'event', 'view')).toBe(null)
      await tab.close()
      site.collector.fault = 'none'
      const next = await site.visit()
      await wmkt(next, 'event', 'view', {}, { nonce: 'afterwards' })
      await expect.poll(() => rowsHeld(next), POLL).toBe(0)
      expect([...site.collector.stored.keys()]).toEqual(['afterwards'])
      expect(site.collector.arrivals).toHaveLength(2)
    })
  })
}
