import { describe, expect, onTestFinished, test } from 'vitest'
import { type EngineSite, POLL } from './engine-site.ts'
import { recordMany, rowsHeld } from './in-page.ts'
import { startLateDoor } from './late-door.ts'

/** By then the closed tab is gone for good. */
const LATE_MS = 800

const WITHOUT_BEACON = '<script>Object.defineProperty(navigator, "sendBeacon", { value: undefined })</script>'

/** A page that goes away with items of its own. */
export const leaving = (site: EngineSite): void => {
  describe('leaving', () => {
    test('the page is left in the task of the call: the item arrives now or on the next visit, once', async () => {
      const tab = await site.open()
      site.collector.serve('/next', '<!doctype html><title>next</title>')
      await tab.run(() => {
        setTimeout(() => {
          Reflect.get(window, 'wmkt')('event', 'leave', {}, { nonce: 'leaving' })
          location.href = '/next'
        })
      })
      await expect.poll(() => tab.run(() => location.pathname), POLL).toBe('/next')
      const back = await site.visit()
      await expect.poll(() => site.collector.stored.size, POLL).toBe(1)
      await expect.poll(() => rowsHeld(back), POLL).toBe(0)
      expect([...site.collector.stored.keys()]).toEqual(['leaving'])
    })
  })
}

/** What only an engine can show that ends a request without keepalive together with its page. */
export const leavingAtOnce = (site: EngineSite): void => {
  describe('leaving at once', () => {
    test.each([
      ['by beacon', ''],
      ['by a keepalive request where there are no beacons', WITHOUT_BEACON],
    ])(
      'a tab that closes with items held sends a copy %s, which a slow network does not stop',
      async (_, head) => {
        const door = await startLateDoor(`${site.collector.url}/collect`, LATE_MS)
        onTestFinished(door.stop)
        site.collector.fault = { status: 503, headers: { 'Retry-After': '600' } }
        const attributes = `data-project="demo-shop" data-endpoint="${door.url}"`
        const tab = await site.open({ head, attributes })
        const nonces = await recordMany(tab, 3)
        await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
        site.collector.fault = 'none'
        await tab.close()
        await expect.poll(() => [...site.collector.stored.keys()].sort(), POLL).toEqual(nonces.sort())
        expect(site.collector.arrivals).toHaveLength(2)
      },
    )
  })
}
