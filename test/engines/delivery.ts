import { describe, expect, test } from 'vitest'
import { type EngineSite, POLL, TRACKER_ID } from './engine-site.ts'
import { recordMany, rowsHeld, wmkt } from './in-page.ts'

/** What each stored item says of its origin: equal only when one item was stored under two nonces. */
const originsOf = ({ collector }: EngineSite): Set<string> =>
  new Set([...collector.stored.values()].map((item) => JSON.stringify('data' in item && item.data)))

/** From the call to the relay's disk, through what a relay and a network do in between. */
export const delivery = (site: EngineSite): void => {
  describe('delivery', () => {
    test('an event is stored, then delivered with the tracker ID of the cookie', async () => {
      site.collector.fault = { status: 503 }
      const tab = await site.open()
      await wmkt(tab, 'event', 'purchase', { amount: 12 }, { nonce: 'order-1' })
      expect(await rowsHeld(tab)).toBe(1)
      site.collector.fault = 'none'
      await wmkt(tab, 'flush')
      await expect.poll(() => rowsHeld(tab), POLL).toBe(0)
      expect(site.collector.stored.get('order-1')).toMatchObject({
        kind: 'event',
        eventType: 'purchase',
        data: { amount: 12 },
        trackerId: TRACKER_ID,
      })
      expect(site.collector.arrivals.at(-1)?.batch.storage).toBe('disk')
    })

    test('the relay answers 503 twice and recovers: the tag comes back by itself, and each item is one', async () => {
      site.collector.fault = () => (site.collector.arrivals.length < 3 ? { status: 503 } : 'none')
      const tab = await site.open()
      await recordMany(tab, 5)
      await expect.poll(() => rowsHeld(tab), POLL).toBe(0)
      expect(site.collector.arrivals).toHaveLength(3)
      expect(site.collector.stored.size).toBe(5)
      expect(originsOf(site).size).toBe(5)
    })

    test('3 tabs record 40 each under 503 and close: the next visit delivers 120 of 120', async () => {
      site.collector.fault = { status: 503 }
      const tabs = [await site.open(), await site.visit(), await site.visit()]
      await Promise.all(tabs.map((tab, from) => recordMany(tab, 40, from)))
      for (const tab of tabs) await tab.close()
      expect(site.collector.stored.size).toBe(0)
      site.collector.fault = 'none'
      const next = await site.visit()
      await expect.poll(() => rowsHeld(next), POLL).toBe(0)
      expect(site.collector.stored.size).toBe(120)
      expect(originsOf(site).size).toBe(120)
    })

    test('6 tabs record 50 each at once: 300 of 300 arrive', async () => {
      const tabs = [await site.open()]
      while (tabs.length < 6) tabs.push(await site.visit())
      await Promise.all(tabs.map((tab, from) => recordMany(tab, 50, from)))
      await expect.poll(() => site.collector.stored.size, POLL).toBe(300)
      expect(originsOf(site).size).toBe(300)
      expect(site.collector.wire()).toHaveLength(300)
    })

    test('a receipt is lost after storing: the items come again, and each is one', async () => {
      site.collector.fault = () => (site.collector.arrivals.length < 2 ? 'cut' : 'none')
      const tab = await site.open()
      await recordMany(tab, 5)
      await expect.poll(() => rowsHeld(tab), POLL).toBe(0)
      expect(site.collector.wire()).toHaveLength(10)
      expect(site.collector.stored.size).toBe(5)
      expect(originsOf(site).size).toBe(5)
    })

    test('what was recorded while the relay could not be reached is delivered on the next visit', async () => {
      const tab = await site.open()
      await site.collector.stop()
      await recordMany(tab, 10)
      expect(await rowsHeld(tab)).toBe(10)
      await tab.close()
      await site.collector.start()
      const next = await site.visit()
      await expect.poll(() => rowsHeld(next), POLL).toBe(0)
      expect(site.collector.stored.size).toBe(10)
    })
  })
}
