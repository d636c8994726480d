import { describe, expect, test } from 'vitest'
import { type EngineSite, POLL } from './engine-site.ts'
import { recordMany, rowsHeld } from './in-page.ts'

const without = (owner: string, name: string): string =>
  `Object.defineProperty(${owner}, "${name}", { value: undefined, configurable: true })`

const REFUSE = '{ throw new DOMException("denied", "SecurityError") }'
const throwing = (owner: string, name: string): string => `${owner}.${name} = () => ${REFUSE}`
const rejecting = (owner: string, name: string): string => `${owner}.${name} = async () => ${REFUSE}`

/** Browsers, their modes and their extensions lack powers that the tag uses where it finds them. */
export const takenAway = (site: EngineSite): void => {
  describe('with a power of the browser taken away', () => {
    test.each([
      ['IndexedDB is missing', without('window', 'indexedDB')],
      ['IndexedDB refuses to open', throwing('IDBFactory.prototype', 'open')],
      ['IndexedDB refuses to write', throwing('IDBObjectStore.prototype', 'put')],
    ])('%s: items are delivered from memory, and the relay is told', async (_, script) => {
      site.collector.fault = () => (site.collector.arrivals.length < 2 ? { status: 503 } : 'none')
      const tab = await site.open({ head: `<script>${script}</script>` })
      await recordMany(tab, 3)
      await expect.poll(() => site.collector.stored.size, POLL).toBe(3)
      expect(site.collector.arrivals.at(-1)?.batch.storage).toBe('memory')
    })

    test.each([
      ['Web Locks are missing', without('navigator', 'locks')],
      ['Web Locks refuse', rejecting('LockManager.prototype', 'request')],
      ['BroadcastChannel is missing', without('window', 'BroadcastChannel')],
      ['AbortSignal.timeout is missing', without('AbortSignal', 'timeout')],
      ['crypto.randomUUID is missing', without('crypto', 'randomUUID')],
      ['service workers are missing', without('navigator', 'serviceWorker')],
    ])('%s: items are stored, and delivered after a 503', async (_, script) => {
      site.collector.fault = () => (site.collector.arrivals.length < 2 ? { status: 503 } : 'none')
      const tab = await site.open({ head: `<script>${script}</script>` })
      await recordMany(tab, 3)
      await expect.poll(() => rowsHeld(tab), POLL).toBe(0)
      expect(site.collector.stored.size).toBe(3)
      expect(site.collector.arrivals.at(-1)?.batch.storage).toBe('disk')
    })

    test('cookies cannot be read: the item is delivered without a tracker ID', async () => {
      const script = `Object.defineProperty(document, "cookie", { get() ${REFUSE} })`
      const tab = await site.open({ head: `<script>${script}</script>` })
      const [nonce = ''] = await recordMany(tab, 1)
      await expect.poll(() => site.collector.stored.get(nonce), POLL).toBeDefined()
      expect(site.collector.stored.get(nonce)).not.toHaveProperty('trackerId')
    })
  })
}
