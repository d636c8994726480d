import { describe, expect, test } from 'vitest'
import { endings, heard, listen, POLL, recordMany, rowsHeld, useTagSite, wmkt } from '../support/tag-site.ts'

const site = useTagSite()
const cookie = 'document.cookie = "ndrstnd=ru1cc7QHeklGu2";'
const refuse = '{ throw new DOMException("taken away", "SecurityError") }'
const without = (owner: string, name: string): string =>
  `Object.defineProperty(${owner}, "${name}", { value: undefined, configurable: true })`

describe('with a power of the browser taken away', () => {
  test.each([
    ['IndexedDB is missing', without('window', 'indexedDB'), 'memory'],
    ['IndexedDB refuses to open', `IDBFactory.prototype.open = () => ${refuse}`, 'memory'],
    ['IndexedDB refuses to write', `IDBObjectStore.prototype.put = () => ${refuse}`, 'memory'],
    ['Web Locks are missing', without('navigator', 'locks'), 'disk'],
    ['Web Locks refuse', `LockManager.prototype.request = async () => ${refuse}`, 'disk'],
    ['service workers are missing', without('navigator', 'serviceWorker'), 'disk'],
    ['BroadcastChannel is missing', without('window', 'BroadcastChannel'), 'disk'],
    ['BroadcastChannel refuses', `window.BroadcastChannel = function () ${refuse}`, 'disk'],
    [
      'service workers refuse',
      `Object.defineProperty(navigator, "serviceWorker", { get() ${refuse} })`,
      'disk',
    ],
    ['crypto.randomUUID is missing', without('crypto', 'randomUUID'), 'disk'],
    ['crypto is missing', without('window', 'crypto'), 'disk'],
    ['AbortSignal.timeout is missing', without('AbortSignal', 'timeout'), 'disk'],
    [
      'fetch refuses keepalive',
      'const plain = fetch; window.fetch = (u, o) => o.keepalive ? Promise.reject(new TypeError("keepalive")) : plain(u, o)',
      'disk',
    ],
  ])('%s: items are kept and delivered once after a 503', async (_, script, storage) => {
    const refusals = script.includes('keepalive') ? 0 : 1
    site.collector.fault = () => (site.collector.arrivals.length > refusals ? 'none' : { status: 503 })
    const page = await site.open({ head: `<script>${cookie}${script}</script>` })
    await recordMany(page, 3)
    await wmkt(page, 'flush')
    await expect.poll(() => site.collector.stored.size, POLL).toBe(3)
    expect(site.collector.arrivals.at(-1)?.batch.storage).toBe(storage)
    expect(site.collector.wire()).toHaveLength(3 * (refusals + 1))
  })

  test('cookies cannot be read: the event is delivered without a tracker ID', async () => {
    const script = `Object.defineProperty(document, "cookie", { get() ${refuse} })`
    const page = await site.open({ head: `<script>${script}</script>` })
    const [nonce = ''] = await recordMany(page, 1)
    await expect.poll(() => site.collector.stored.get(nonce), POLL).toBeDefined()
    expect(site.collector.stored.get(nonce)).not.toHaveProperty('trackerId')
  })

  test('sendBeacon is missing: the copy at hide leaves by fetch with keepalive', async () => {
    const page = await site.open({ head: `<script>${cookie}${without('navigator', 'sendBeacon')}</script>` })
    await page.evaluate(() => {
      Reflect.get(window, 'wmkt')('event', 'leave', {}, { nonce: 'leaving' })
      location.href = 'about:blank'
    })
    await page.waitForURL('about:blank')
    await expect.poll(() => site.collector.stored.has('leaving'), POLL).toBe(true)
  })
})

describe('when IndexedDB fails under an open page', () => {
  test('a connection the browser has closed is opened again', async () => {
    const page = await site.open({ head: `<script>${cookie}</script>` })
    await recordMany(page, 1)
    await expect.poll(() => site.collector.stored.size, POLL).toBe(1)
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
    const devtools = await site.browser.newCDPSession(page)
    await devtools.send('Storage.clearDataForOrigin', {
      origin: site.collector.url,
      storageTypes: 'indexeddb',
    })
    await recordMany(page, 2)
    await expect.poll(() => site.collector.stored.size, POLL).toBe(3)
    expect(site.collector.arrivals.at(-1)?.batch.storage).toBe('disk')
  })

  test('a database without the store is replaced by one that has it', async () => {
    site.collector.serve('/bare', '<!doctype html><title>bare</title>')
    const bare = await site.browser.newPage()
    await bare.goto(`${site.collector.url}/bare`)
    await bare.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const opening = indexedDB.open('wmkt')
          opening.onsuccess = () => {
            opening.result.close()
            resolve()
          }
        }),
    )
    await bare.close()
    site.collector.fault = { status: 503 }
    const page = await site.open({ head: `<script>${cookie}</script>` })
    const nonces = await recordMany(page, 2)
    await page.close()
    const closedAt = Date.now()
    site.collector.fault = 'none'
    await site.visit()
    // Not the copy that the closing page has sent from its memory, but what the next one has read from the disk.
    await expect.poll(() => site.collector.sentAfter(closedAt).length, POLL).toBe(1)
    const [{ batch } = {}] = site.collector.sentAfter(closedAt)
    expect(batch?.storage).toBe('disk')
    expect(batch?.items.map(({ nonce }) => nonce).sort()).toEqual(nonces.sort())
  })

  test('the tag gives way to a newer version of the database', async () => {
    const page = await site.open({ head: `<script>${cookie}</script>` })
    await recordMany(page, 1)
    // At rest: a connection with a transaction under way cannot give way at once.
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
    const upgraded = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open('wmkt', 7)
          opening.onblocked = () => resolve('blocked')
          opening.onsuccess = () => {
            opening.result.close()
            resolve('open')
          }
        }),
    )
    expect(upgraded).toBe('open')
    await recordMany(page, 1)
    await expect.poll(() => site.collector.stored.size, POLL).toBe(2)
  })

  test('what is beyond 30 days is evicted, told to the page and counted for the relay', async () => {
    site.collector.fault = { status: 503, headers: { 'Retry-After': '1' } }
    const page = await site.open({ head: `<script>${cookie}</script>` })
    await listen(page)
    await page.evaluate(() => {
      const now = Date.now
      Date.now = () => now() - 2_592_100_000
      Reflect.get(window, 'wmkt')('event', 'old', {}, { nonce: 'old' })
      Date.now = now
      Reflect.get(window, 'wmkt')('event', 'new', {}, { nonce: 'new' })
    })
    site.collector.fault = 'none'
    await expect.poll(() => endings(page), POLL).toHaveLength(2)
    expect(await endings(page)).toContainEqual(expect.objectContaining({ nonce: 'old', ending: 'evicted' }))
    expect(site.collector.arrivals.at(-1)?.batch).toMatchObject({ evicted: 1, items: [{ nonce: 'new' }] })
    expect(await rowsHeld(page)).toBe(0)
  })
})

describe('the bounds', () => {
  test('with more than 10,000 held, the oldest of them are evicted', async () => {
    site.collector.serve('/bare', '<!doctype html><title>bare</title>')
    const lane = `${site.collector.url}/wmkt/collect demo-shop`
    const bare = await site.browser.newPage()
    await bare.goto(`${site.collector.url}/bare`)
    await bare.evaluate(
      (lane) =>
        new Promise<void>((resolve) => {
          const opening = indexedDB.open('wmkt')
          opening.onupgradeneeded = () => opening.result.createObjectStore('outbox')
          opening.onsuccess = () => {
            const transaction = opening.result.transaction('outbox', 'readwrite')
            const store = transaction.objectStore('outbox')
            for (let at = 1; at <= 10_003; at++) {
              const key = [lane, Date.now() - 20_000 + at, `${at}`]
              store.put({ key, kind: 'event', nonce: `n${at}`, json: `{"nonce":"n${at}"}` }, key)
            }
            transaction.oncomplete = () => {
              opening.result.close()
              resolve()
            }
          }
        }),
      lane,
    )
    site.collector.fault = { status: 503 }
    const page = await site.open({ head: `<script>${cookie}</script>` })
    await listen(page)
    await wmkt(page, 'flush')
    await expect.poll(() => site.collector.arrivals.length, POLL).toBeGreaterThan(0)
    expect(await rowsHeld(page)).toBe(10_000)
    expect(site.collector.arrivals[0]?.batch).toMatchObject({
      evicted: 3,
      items: { length: 100, 0: { nonce: 'n4' } },
    })
  })
})

describe('hostile data', () => {
  test('cyclic, huge, throwing and non-JSON data never throws, and each ending says why', async () => {
    const page = await site.open({ head: `<script>${cookie}</script>` })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await listen(page)
    const answers = await page.evaluate(async () => {
      const record = Reflect.get(window, 'wmkt')
      const cyclic: { self?: unknown } = {}
      cyclic.self = cyclic
      let deep: unknown = {}
      for (let i = 0; i < 100_000; i++) deep = { deep }
      const hostile = [
        cyclic,
        deep,
        { huge: 'x'.repeat(65_536) },
        {
          get boom() {
            throw new Error('boom')
          },
        },
        {
          get boom() {
            throw Symbol('boom')
          },
        },
        {
          get boom() {
            throw Object.create(null)
          },
        },
        {
          toJSON() {
            throw null
          },
        },
        { big: 10n },
      ]
      const given = [null, 7, { nonce: {} }, { nonce: Symbol('n') }, { occurredAt: 10n }]
      return Promise.all([
        ...hostile.map((data) => record('event', 'x', data)),
        ...hostile.map((data) => record('interaction', data, {})),
        ...given.map((options) => record('event', 'x', {}, options)),
        record('event'),
        record('nothing', 1),
        record(),
        record('on'),
        record('constructor'),
      ])
    })
    expect(answers.slice(0, 16)).toEqual(Array(16).fill(null))
    const refused = (await heard(page)).filter(({ ending }) => ending === 'rejected')
    expect(refused.length).toBeGreaterThanOrEqual(16)
    for (const { code } of refused) expect(['ITEM_INVALID', 'ITEM_TOO_LARGE']).toContain(code)
    expect(refused.map(({ message }) => message)).toContainEqual(expect.stringContaining('boom'))
    expect(errors).toEqual([])
  })
})
