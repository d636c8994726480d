import type { Kind } from '@wmkt/protocol'
import { oneOf, wholeIn } from '../../support/seeded.ts'
import { OUTSIDE, type World } from '../world.ts'
import type { Browser } from './browser.ts'
import { type Item, makeItem, markIn } from './items.ts'
import { createMortal, type Mortal } from './mortal.ts'
import { openPage, type Page } from './page.ts'
import type { Programs } from './shipped.ts'
import { createWorker } from './worker.ts'

/** Someone with a browser: opens pages, does things in them, and loses them in every way there is. */
export interface Visitor {
  readonly browser: Browser
  /** Its open pages. */
  living(): readonly Page[]
  /** One thing or another. */
  deed(): void
  /** Away from all screens. */
  leave(): void
  /** All is well again: the pages there are go on, or a new one is opened. */
  comeBack(): void
  /** Whether anything is still to be delivered. */
  isDone(): boolean
  /** All is over: nonces are looked up, and each page that is gone has taken along what it held in memory alone. */
  reckon(): void
}

export type VisitorParts = {
  name: string
  world: World
  programs: Pick<Programs, 'tag' | 'worker'>
  browser: Browser
  /** What is recorded is noted here. */
  items: Item[]
  fault: (text: string) => void
  note: (text: string) => void
  mayDeny: boolean
  asksConsent: boolean
}

const MAX_PAGES = 3
/** As the tag has it. */
const MAX_ROWS = 10_000
const NEXT_VISIT_MS = 1_800_000
const EVENT_TYPES = ['purchase', 'lead'] as const

export const createVisitor = ({
  world,
  programs,
  name,
  browser,
  items,
  fault,
  note,
  mayDeny,
  asksConsent,
}: VisitorParts): Visitor => {
  const { random } = world
  const { disk } = browser
  const recorded = new Map<Item, Page>()
  const byMark = new Map<number, Item>()
  const byNonce = new Map<string, Item>()
  let pages: Page[] = []
  let worker: Mortal | undefined
  let born = 0
  /** Pages where consent is required and not yet given: they keep in memory alone. */
  const unasked = new Set<Page>()
  let hasDenied = false
  let hasBeenAway = false
  let isPatient = false

  const living = (): readonly Page[] => {
    pages = pages.filter(({ life }) => life.being.alive)
    return pages
  }
  const isKept = ({ mark }: Item): boolean =>
    [...disk.ever().values()].some(({ json }) => markIn(json) === mark)
  const itemOf = (kind: Kind, nonce: string): Item | undefined =>
    byNonce.get(kind + nonce) ??
    byMark.get(
      markIn([...disk.ever().values()].find((row) => row.nonce === nonce && row.kind === kind)?.json ?? ''),
    )

  const open = (): Page => {
    born += 1
    const life = createMortal(world, `${name}-page-${born}`)
    if (!isPatient && random() < 0.3) life.doom(wholeIn(random, 1, 60))
    const isAsked = !isPatient && asksConsent && random() < 0.5
    const consent = hasDenied ? 'denied' : isAsked ? 'required' : 'granted'
    const page = openPage(browser, life, programs.tag, { consent }, ({ kind, nonce, ending, code }) => {
      note(`${life.being.name} hears: ${kind} ${nonce} ${ending} ${code ?? ''}`)
      itemOf(kind, nonce)?.endings.add(ending)
    })
    pages.push(page)
    if (isAsked) unasked.add(page)
    note(`${life.being.name} opens`)
    return page
  }
  const heard = (item: Item, page: Page, isAllowed: boolean, nonce: string | null) => {
    if (!page.life.being.alive) return
    if (nonce === null) {
      item.isRefused = true
      return
    }
    item.nonce = nonce
    item.isPromised = true
    byNonce.set(item.kind + nonce, item)
    if (isAllowed && !hasDenied && !isKept(item) && !disk.hasRefused(page.life))
      fault(`promised before it was on disk: ${item.mark}`)
  }
  const record = (page: Page) => {
    const item = makeItem(items.length + 1, random() < 0.3 ? 'interaction' : 'event', random() < 0.1)
    items.push(item)
    byMark.set(item.mark, item)
    recorded.set(item, page)
    note(`${page.life.being.name} records ${item.kind} ${item.mark}`)
    const data = { mark: item.mark, ...(item.isBad && { bad: true }) }
    const given = {
      ...(random() < 0.4 && { nonce: `order-${item.mark}` }),
      ...(random() < 0.2 && { trackerId: 'visitor-2' }),
    }
    const call =
      item.kind === 'event'
        ? page.tag.event(oneOf(random, ...EVENT_TYPES), data, given)
        : page.tag.interaction(data, { wmktId: 'node' }, given)
    const isAllowed = !unasked.has(page)
    void call.then((nonce) => heard(item, page, isAllowed, nonce))
  }
  const burst = (page: Page) => {
    for (let n = wholeIn(random, 2, 5); n > 0; n -= 1) record(page)
  }
  const excuse = (why: string, which: (item: Item) => boolean) => {
    for (const item of recorded.keys()) if (which(item)) item.excuse ??= why
  }
  const deny = (page: Page) => {
    if (!mayDeny) return
    hasDenied = true
    note('consent is denied')
    page.tag.consent('denied')
    excuse('denied', () => true)
  }
  const grant = (page: Page) => {
    if (hasDenied || !unasked.delete(page)) return
    note(`${page.life.being.name}: consent is granted`)
    page.tag.consent('granted')
  }
  const kill = () => {
    note('the browser is killed')
    worker?.end()
    for (const { life } of living()) life.end()
  }
  const powerCut = () => {
    kill()
    const gone = new Set(disk.powerCut().map(({ json }) => markIn(json)))
    note(`the power goes, and with it ${[...gone]}`)
    excuse('went with the device', ({ mark }) => gone.has(mark))
  }
  const freeze = ({ life }: Page) => {
    life.being.frozenUntil = Math.floor(world.now() + random() * 90_000)
  }
  const turnOffline = () => {
    browser.goOnline(!browser.isOnline())
    if (browser.isOnline()) for (const page of living()) page.tell('online')
  }
  createWorker(world, programs.worker, browser, (life) => {
    note(`${name}: the worker starts`)
    worker = life
    if (!isPatient && random() < 0.2) life.doom(wholeIn(random, 1, 20))
  })
  /** What is done to a page, and how often of all. */
  const DEEDS: [share: number, deed: (page: Page) => void][] = [
    [30, record],
    [10, burst],
    [6, (page) => page.hide()],
    [6, (page) => page.show()],
    [8, (page) => page.tag.flush()],
    [10, (page) => page.leave()],
    [6, ({ life }) => life.end()],
    [3, kill],
    [2, powerCut],
    [5, freeze],
    [6, turnOffline],
    [1, deny],
    [asksConsent ? 15 : 0, grant],
  ]
  const sum = DEEDS.reduce((total, [share]) => total + share, 0)
  const choose = () => {
    let left = random() * sum
    for (const [share, deed] of DEEDS) {
      left -= share
      if (left < 0) return deed
    }
    return record
  }
  return {
    browser,
    living,
    deed() {
      const [...there] = living()
      const isNew = there.length === 0 || (there.length < MAX_PAGES && random() < 0.2)
      const page = isNew ? open() : oneOf(random, ...there)
      choose()(page)
    },
    leave() {
      hasBeenAway = true
      for (const page of living()) page.leave()
    },
    comeBack() {
      isPatient = true
      browser.goOnline(true)
      for (const page of living()) {
        page.life.doom(Number.POSITIVE_INFINITY)
        page.life.being.frozenUntil = 0
        page.tell('online')
        grant(page)
      }
      if (living().length === 0) open()
      // Whom the disk has refused goes on in memory for the rest of its view: what is on disk waits for the next visit.
      if (living().some(({ life }) => disk.hasRefused(life))) world.plan(OUTSIDE, NEXT_VISIT_MS, open)
    },
    isDone: () =>
      disk.rows().length === 0 &&
      disk.pending() === 0 &&
      [...recorded].every(
        ([item, page]) => item.isRefused || item.endings.size > 0 || !page.life.being.alive || isKept(item),
      ),
    reckon() {
      for (const { nonce, json } of disk.ever().values()) {
        const item = byMark.get(markIn(json))
        if (item) item.nonce ??= nonce
      }
      // An eviction is told with the page's next batch: it may not live to send one.
      if (hasBeenAway || browser.maxRows < MAX_ROWS) excuse('evicted', () => born > living().length)
      excuse('died with its page', (item) => {
        const isDead = recorded.get(item)?.life.being.alive === false
        return isDead && !isKept(item)
      })
    },
  }
}
