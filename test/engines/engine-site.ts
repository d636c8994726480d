import { afterEach, beforeAll, beforeEach } from 'vitest'
import { type Collector, startCollector } from '../support/collector.ts'
import { type SiteOptions, servePage } from '../support/site.ts'
import type { Engine, Tab } from '../support/tab.ts'
import { untilLive } from './in-page.ts'

export const POLL = { timeout: 20_000, interval: 25 }
export const TRACKER_ID = 'ru1cc7QHeklGu2'
const COOKIE = `<script>document.cookie = "ndrstnd=${TRACKER_ID}"</script>`

export type EngineSite = {
  readonly collector: Collector
  /** Serves a page with the tracker cookie and the snippet, and opens it in a new tab, once the tag is at work. */
  open(options?: SiteOptions & { path?: string }): Promise<Tab>
  /** Opens in a new tab what is already served. */
  visit(path?: string): Promise<Tab>
}

/** The engine's tabs, so that a test leaves none open. */
const trackTabs = (engine: () => Engine) => {
  const tabs = new Set<Tab>()
  return {
    async open(): Promise<Tab> {
      const opened = await engine().open()
      const close = (): Promise<void> => {
        tabs.delete(tab)
        return opened.close()
      }
      const tab = { ...opened, close }
      tabs.add(tab)
      return tab
    },
    async closeAll(): Promise<void> {
      for (const tab of tabs) await tab.close()
    },
  }
}

/** A browser for the file, and for each test a fresh collector, which is also a fresh origin, and no tab left open. */
export const useEngineSite = (launch: () => Promise<Engine>): EngineSite => {
  let engine: Engine
  let collector: Collector
  const tabs = trackTabs(() => engine)
  beforeAll(async () => {
    engine = await launch()
    return engine.close
  })
  beforeEach(async () => {
    collector = await startCollector()
  })
  afterEach(async () => {
    await tabs.closeAll()
    await collector.stop()
  })

  const visit = async (path = '/'): Promise<Tab> => {
    const tab = await tabs.open()
    await tab.visit(`${collector.url}${path}`)
    await untilLive(tab)
    return tab
  }
  return {
    get collector() {
      return collector
    },
    visit,
    open: ({ path = '/', head = '', ...options } = {}) => {
      servePage(collector, path, { head: COOKIE + head, ...options })
      return visit(path)
    },
  }
}
