import { oneOf, wholeIn } from '../../support/seeded.ts'
import { OUTSIDE, type World } from '../world.ts'
import type { Browser, Nature } from './browser.ts'
import { type Item, markIn } from './items.ts'
import { createMortal, type Mortal } from './mortal.ts'
import { openPage, type Page } from './page.ts'
import { createRecords } from './records.ts'
import type { Programs } from './shipped.ts'
import type { Telling } from './telling.ts'
import { createWorker } from './worker.ts'

/** Someone with a browser: opens pages, does things in them, and loses them in every way there is. */
export interface Visitor {
  /** One thing or another. */
  deed(): void
  /** Away from all screens. */
  leave(): void
  /** All is well again: the pages there are go on, or a new one is opened. */
  comeBack(): void
  /** Whether nothing is left to be delivered. */
  isDone(): boolean
  /** All is over: what could not be kept is excused. */
  reckon(): void
  /** For a person to read. */
  state(): string
}

export type VisitorParts = {
  name: string
  world: World
  programs: Pick<Programs, 'tag' | 'worker'>
  browser: Browser
  nature: Nature
  items: Item[]
  telling: Telling
}

const MAX_PAGES = 4
/** As the tag has it. */
const MAX_ROWS = 10_000
const NEXT_VISIT_MS = 1_800_000
const FREEZE_MS = 90_000

type Deed = (page: Page) => void

export const createVisitor = (parts: VisitorParts): Visitor => {
  const { name, world, programs, browser, nature, items, telling } = parts
  const { random } = world
  const { disk } = browser
  let pages: Page[] = []
  let worker: Mortal | undefined
  let born = 0
  /** Pages where consent is required and not yet given: they keep in memory alone. */
  const unasked = new Set<Page>()
  let hasDenied = false
  let hasBeenAway = false
  let isPatient = false
  const records = createRecords({ world, disk, items, telling, hasDenied: () => hasDenied })

  const living = (): readonly Page[] => {
    pages = pages.filter(({ life }) => life.being.alive)
    return pages
  }
  const consentOf = (isAsked: boolean) => (hasDenied ? 'denied' : isAsked ? 'required' : 'granted')
  const open = (): Page => {
    born += 1
    const life = createMortal(world, `${name}-page-${born}`)
    if (!isPatient && random() < 0.3) life.doom(wholeIn(random, 1, 60))
    const isAsked = !isPatient && nature.asksConsent && random() < 0.5
    telling.note(`${life.being.name} opens`)
    const page = openPage(browser, life, programs.tag, { consent: consentOf(isAsked) }, records.onEnding)
    pages.push(page)
    if (isAsked) unasked.add(page)
    return page
  }
  const record: Deed = (page) => records.record(page, !unasked.has(page))
  const burst: Deed = (page) => {
    for (let n = wholeIn(random, 2, 5); n > 0; n -= 1) record(page)
  }
  /** As when all tabs of a browser are brought back at once. */
  const everywhere = () => {
    for (const page of living()) record(page)
  }
  const grant: Deed = (page) => {
    if (hasDenied || !unasked.delete(page)) return
    telling.note(`${page.life.being.name}: consent is granted`)
    page.tag.consent('granted')
  }
  const deny: Deed = (page) => {
    hasDenied = true
    telling.note(`${name} denies consent`)
    page.tag.consent('denied')
  }
  const kill = () => {
    telling.note(`the browser of ${name} is killed`)
    worker?.end()
    for (const { life } of living()) life.end()
  }
  const powerCut = () => {
    kill()
    const gone = new Set(disk.powerCut().map(({ json }) => markIn(json)))
    telling.note(`the power goes, and with it ${[...gone]}`)
    records.excuse('went with the device', ({ mark }) => gone.has(mark))
  }
  const freeze: Deed = ({ life }) => {
    life.being.frozenUntil = Math.floor(world.now() + random() * FREEZE_MS)
  }
  const plug = () => {
    browser.goOnline(!browser.isOnline())
    if (browser.isOnline()) for (const page of living()) page.tell('online')
  }
  /** What is done to a page, and how often of all. */
  const deeds: [share: number, deed: Deed][] = [
    [30, record],
    [5, (page) => records.recordAgain(page, !unasked.has(page))],
    [10, burst],
    [10, everywhere],
    [6, (page) => page.hide()],
    [6, (page) => page.show()],
    [8, (page) => page.tag.flush()],
    [10, (page) => page.leave()],
    [4, ({ life }) => life.end()],
    [5, ({ life }) => life.doom(wholeIn(random, 1, 10))],
    [3, kill],
    [2, powerCut],
    [5, freeze],
    [6, plug],
    [nature.mayDeny ? 1 : 0, deny],
    [nature.asksConsent ? 15 : 0, grant],
  ]
  const sum = deeds.reduce((total, [share]) => total + share, 0)
  const choose = (): Deed => {
    let left = random() * sum
    for (const [share, deed] of deeds) {
      left -= share
      if (left < 0) return deed
    }
    return record
  }
  createWorker(world, programs.worker, browser, (life) => {
    telling.note(`${name}: the worker starts`)
    worker = life
    if (!isPatient && random() < 0.2) life.doom(wholeIn(random, 1, 20))
  })
  /**
   * What waits for somebody to look: the rows of a page that is gone wait for another to wake, and whom the disk has
   * refused goes on in memory for the rest of its view.
   */
  const lookAgain = () => {
    if (living().some(({ life }) => disk.hasRefused(life))) open()
    else if (records.isOfTheDead()) for (const page of living()) page.show()
  }
  const revive = (page: Page) => {
    page.life.doom(Number.POSITIVE_INFINITY)
    page.life.being.frozenUntil = 0
    grant(page)
  }
  return {
    deed() {
      const [...there] = living()
      const isNew = there.length === 0 || (there.length < MAX_PAGES && random() < 0.3)
      const page = isNew ? open() : oneOf(random, ...there)
      choose()(page)
    },
    leave() {
      hasBeenAway = true
      for (const page of living()) page.leave()
    },
    comeBack() {
      isPatient = true
      if (!browser.isOnline()) plug()
      for (const page of living()) revive(page)
      if (living().length === 0) open()
      world.plan(OUTSIDE, NEXT_VISIT_MS, lookAgain)
    },
    isDone: () => disk.rows().length === 0 && disk.pending() === 0 && records.isDone(),
    reckon() {
      records.reckon()
      // An eviction is told with the page's next batch: it may not live to send one.
      if (hasBeenAway || nature.maxRows < MAX_ROWS) records.excuse('evicted', () => born > living().length)
    },
    state: () =>
      `${name}: ${living().map(({ life }) => life.being.name)}, ${disk.pending()} pending, ${JSON.stringify(disk.rows())}`,
  }
}
