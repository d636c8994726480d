import { OUTSIDE, type World } from '../world.ts'
import { type BrowserDisk, createBrowserDisk } from './browser-disk.ts'
import { type Mortal, NEVER } from './mortal.ts'
import type { Weather } from './weather.ts'
import type { Wire } from './wire.ts'

/** What a visitor's browser is like. */
export type Nature = {
  /** Of its clock, in ms. */
  skewMs: number
  hasLocks: boolean
  hasChannels: boolean
  /** It has a service worker with Background Sync. */
  hasWorker: boolean
  /** The visitor may deny consent. */
  mayDeny: boolean
  /** Some pages require consent before anything is kept. */
  asksConsent: boolean
  /** Rows the tag keeps at most. */
  maxRows: number
  /** When the tracker cookie appears. */
  cookieAt: number
}

/** What the pages of one origin share: disk, locks, channels, the way out. */
export interface Browser {
  readonly world: World
  readonly skewMs: number
  readonly maxRows: number
  readonly wire: Wire
  readonly disk: BrowserDisk
  isOnline(): boolean
  goOnline(is: boolean): void
  cookie(): string
  locksFor(page: Mortal): unknown
  channelsFor(page: Mortal): unknown
  /** `navigator.serviceWorker`: what it is asked for it does when it likes. */
  workerFor(): unknown
  /** Calls back when the service worker is to run; that is how the next one is asked for. */
  onSync(start: () => void): void
}

const HOP_MS = 5

type Holder = { page: Mortal; granted: (lock: object) => void }

/** Web Locks: of each name one holder; it falls back when its holder's promise settles, or its page is gone. */
const createLocks = (world: World) => {
  const held = new Map<string, Holder>()
  const waiting = new Map<string, Holder[]>()
  const free = (name: string, holder: Holder) => {
    if (held.get(name) !== holder) return
    held.delete(name)
    const next = waiting.get(name)?.shift()
    if (next) take(name, next)
  }
  const take = (name: string, holder: Holder) => {
    if (!holder.page.being.alive) return
    held.set(name, holder)
    holder.page.onEnd(() => free(name, holder))
    holder.page.plan(world.random() * HOP_MS, () => holder.granted({ name }))
  }
  return (page: Mortal) => ({
    request(name: string, ...rest: unknown[]) {
      if (!page.act()) return NEVER
      const callback = rest.at(-1) as (lock: object | null) => unknown
      const ifAvailable = rest.length > 1
      return new Promise<void>((resolve, reject) => {
        const run = (lock: object | null, holder?: Holder) => {
          const settle = async () => callback(lock)
          const over = () => holder && world.plan(OUTSIDE, world.random() * HOP_MS, () => free(name, holder))
          settle()
            .finally(over)
            .then(() => resolve(), reject)
        }
        const holder: Holder = { page, granted: (lock) => run(lock, holder) }
        world.plan(OUTSIDE, world.random() * HOP_MS, () => {
          if (!held.has(name)) take(name, holder)
          else if (ifAvailable) page.plan(world.random() * HOP_MS, () => run(null))
          else waiting.set(name, [...(waiting.get(name) ?? []), holder])
        })
      })
    },
  })
}

type Port = { page: Mortal; name: string; onmessage?: (event: { data: unknown }) => void }

/** BroadcastChannel: each other port of the name hears each message, in order. */
const createChannels = (world: World) => {
  const ports = new Set<Port>()
  return (page: Mortal) =>
    class implements Port {
      readonly page = page
      readonly name: string
      onmessage?: (event: { data: unknown }) => void
      readonly #inbox: unknown[] = []
      constructor(name: string) {
        this.name = name
        ports.add(this)
        page.onEnd(() => ports.delete(this))
      }
      hear(data: unknown) {
        this.#inbox.push(data)
        page.plan(world.random() * HOP_MS, () => this.onmessage?.({ data: this.#inbox.shift() }))
      }
      postMessage(data: unknown) {
        if (!page.act()) return
        for (const port of ports)
          if (port !== this && port.name === this.name && 'hear' in port)
            (port as { hear(data: unknown): void }).hear(structuredClone(data))
      }
      close() {
        ports.delete(this)
      }
    }
}

export const createBrowser = (world: World, weather: () => Weather, wire: Wire, nature: Nature): Browser => {
  const locks = createLocks(world)
  const channels = createChannels(world)
  let online = true
  let sync = () => {}
  return {
    world,
    wire,
    skewMs: nature.skewMs,
    maxRows: nature.maxRows,
    disk: createBrowserDisk(world, weather),
    isOnline: () => online,
    goOnline(is) {
      online = is
    },
    cookie: () => (world.now() >= nature.cookieAt ? 'ndrstnd=visitor-1' : ''),
    locksFor: (page) => (nature.hasLocks ? locks(page) : undefined),
    channelsFor: (page) => (nature.hasChannels ? channels(page) : undefined),
    workerFor: () =>
      nature.hasWorker ? { ready: Promise.resolve({ sync: { register: async () => sync() } }) } : undefined,
    onSync(start) {
      sync = start
    },
  }
}
