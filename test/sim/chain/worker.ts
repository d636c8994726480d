import { OUTSIDE, type World } from '../world.ts'
import type { Browser } from './browser.ts'
import type { Start } from './compile.ts'
import { createMortal, type Mortal } from './mortal.ts'
import { globalsOf } from './page-globals.ts'

/** Chromium tries a sync so often, the later ones after minutes. */
const TRIES = 3
const SOON_MS = 20_000
const AGAIN_MS = 300_000

type SyncEvent = { tag: string; lastChance: boolean; waitUntil(work: Promise<unknown>): void }

/** The site's service worker: the browser starts it for a sync that was asked for, once online, and ends it after. */
export const createWorker = (
  world: World,
  program: Start,
  browser: Browser,
  born: (life: Mortal) => void,
) => {
  let left = 0
  let isPlanned = false
  const plan = (ms: number) => {
    if (isPlanned) return
    isPlanned = true
    world.plan(OUTSIDE, world.random() * ms, () => {
      isPlanned = false
      if (browser.isOnline()) run()
      else plan(SOON_MS)
    })
  }
  const run = () => {
    left -= 1
    const life = createMortal(world, 'worker')
    born(life)
    let hasSucceeded = false
    // A worker that was killed has failed.
    life.onEnd(() => !hasSucceeded && left > 0 && plan(AGAIN_MS))
    const { globals, handlers } = globalsOf(browser, life, { hidden: true })
    program(globals)
    const event: SyncEvent = {
      tag: 'wmkt',
      lastChance: left === 0,
      waitUntil: (work) =>
        void work.then(
          () => {
            hasSucceeded = true
            life.end()
          },
          () => life.end(),
        ),
    }
    life.plan(0, () => handlers.get('sync')?.(event))
  }
  browser.onSync(() => {
    left = TRIES
    plan(SOON_MS)
  })
}
