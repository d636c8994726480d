import type { Browser } from './browser.ts'
import { RANGES } from './browser-disk.ts'
import type { Mortal } from './mortal.ts'
import type { PageGlobals } from './shipped.ts'

const ENDPOINT = 'https://shop.test/wmkt/collect'
const BEACON_BYTES = 64_000

/** All that the tag reaches of its page; each act is one of its life's. */
export const globalsOf = (browser: Browser, life: Mortal, view: { hidden: boolean }) => {
  const { world, skewMs, maxRows } = browser
  const handlers = new Map<string, (event: unknown) => void>()
  const post = (body: string, flies: boolean, timeoutMs?: number) =>
    browser.wire.post(life, browser.isOnline, { body, cookie: browser.cookie(), flies, timeoutMs })
  const timers = new Map<number, () => void>()
  let lastTimer = 0
  const globals: PageGlobals = {
    AbortSignal: { timeout: (ms: number) => ({ timeoutMs: ms }) },
    BroadcastChannel: browser.channelsFor(life),
    Date: { now: () => Math.floor(world.now()) + skewMs, parse: Date.parse },
    IDBKeyRange: RANGES,
    Math: Object.create(Math, { random: { value: world.random } }),
    Request: class {
      readonly url: string = ENDPOINT
    },
    addEventListener: (name: string, handler: (event: unknown) => void) => handlers.set(name, handler),
    clearTimeout: (timer: number) => timers.get(timer)?.(),
    document: {
      get hidden() {
        return view.hidden
      },
      get cookie() {
        return browser.cookie()
      },
    },
    fetch: (_url: string, init: { body: string; keepalive?: boolean; signal?: { timeoutMs: number } }) =>
      post(init.body, init.keepalive === true, init.signal?.timeoutMs),
    indexedDB: browser.disk.factoryFor(life),
    maxRows,
    navigator: {
      locks: browser.locksFor(life),
      serviceWorker: browser.workerFor(),
      sendBeacon(_url: string, body: string) {
        if (!life.act() || body.length > BEACON_BYTES || world.random() < 0.2) return false
        void post(body, true).catch(() => {})
        return true
      },
    },
    registration: { sync: { register: async () => {} } },
    setTimeout(run: (value: unknown) => void, ms = 0, value?: unknown) {
      lastTimer += 1
      timers.set(
        lastTimer,
        life.plan(Math.max(0, ms), () => run(value)),
      )
      return lastTimer
    },
  }
  return { globals, handlers }
}
