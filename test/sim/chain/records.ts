import type { World } from '../world.ts'
import type { BrowserDisk } from './browser-disk.ts'
import { type Item, makeItem, markIn } from './items.ts'
import type { OnEnding, Page } from './page.ts'
import type { Telling } from './telling.ts'

/** What one visitor recorded, on which pages, and what was heard of it. */
export interface Records {
  /** @param mayKeep consent is granted: what is recorded has to be on disk before the page is told so */
  record(page: Page, mayKeep: boolean): void
  /** The page of an order, shown once more. */
  recordAgain(page: Page, mayKeep: boolean): void
  readonly onEnding: OnEnding
  /** The loss of these breaks no promise. */
  excuse(why: string, which: (item: Item) => boolean): void
  /** Nothing is left that a living page alone holds. */
  isDone(): boolean
  /** Whether what is left on disk is of pages that are gone alone. */
  isOfTheDead(): boolean
  /** All is over: each page that is gone has taken along what it held in memory alone. */
  reckon(): void
}

/** The relay remembers nonces for thirty days. */
const REMEMBERED_MS = 29 * 86_400_000

export type RecordsParts = {
  world: World
  disk: BrowserDisk
  /** Of all visitors: whatever is recorded is noted there. */
  items: Item[]
  telling: Telling
  hasDenied: () => boolean
}

export const createRecords = (parts: RecordsParts): Records => {
  const { world, disk, items, telling, hasDenied } = parts
  const pagesOf = new Map<Item, Page[]>()

  const rows = () => [...disk.ever().values()]
  const isKept = ({ mark }: Item): boolean => rows().some(({ json }) => markIn(json) === mark)
  const isOpen = (item: Item): boolean => pagesOf.get(item)?.some(({ life }) => life.being.alive) === true
  const find = (kind: string, nonce: string): Item | undefined => {
    const row = rows().find((one) => one.nonce === nonce && one.kind === kind)
    const mark = row && markIn(row.json)
    return [...pagesOf.keys()].find(
      (item) => item.mark === mark || (item.kind === kind && item.nonce === nonce),
    )
  }
  const heard = (item: Item, page: Page, mayKeep: boolean, nonce: string | null) => {
    if (!page.life.being.alive) return
    if (nonce === null) {
      item.isRefused = item.nonce === undefined
      return
    }
    item.nonce = nonce
    // Whom the disk has refused goes on in memory.
    const isBound = mayKeep && !hasDenied() && !disk.hasRefused(page.life)
    if (isBound && !isKept(item)) telling.fault(`promised before it was on disk: ${item.kind} ${item.mark}`)
  }
  const call = (item: Item, page: Page, mayKeep: boolean) => {
    pagesOf.set(item, [...(pagesOf.get(item) ?? []), page])
    telling.note(`${page.life.being.name} records ${item.kind} ${item.mark}`)
    void item.record(page.tag).then((nonce) => heard(item, page, mayKeep, nonce))
  }
  const isRecent = ({ recordedAt }: Item): boolean => world.now() - recordedAt < REMEMBERED_MS
  const excuse: Records['excuse'] = (why, which) => {
    for (const item of pagesOf.keys()) if (which(item)) item.excuse ??= why
  }
  return {
    record(page, mayKeep) {
      const item = makeItem(items.length + 1, world.now(), world.random)
      items.push(item)
      call(item, page, mayKeep)
    },
    recordAgain(page, mayKeep) {
      const orders = [...pagesOf.keys()].filter((item) => item.isOrder && !item.isRefused && isRecent(item))
      const item = orders[Math.floor(world.random() * orders.length)]
      if (item) call(item, page, mayKeep)
    },
    onEnding({ kind, nonce, ending, code }) {
      telling.note(`heard: ${kind} ${nonce} ${ending} ${code ?? ''}`)
      find(kind, nonce)?.endings.add(ending)
    },
    excuse,
    isDone: () =>
      hasDenied() ||
      [...pagesOf.keys()].every(
        (item) => item.isRefused || item.endings.size > 0 || !isOpen(item) || isKept(item),
      ),
    isOfTheDead: () =>
      disk.rows().every(({ kind, nonce }) => {
        const item = find(kind, nonce)
        return !item || !isOpen(item) || item.endings.size > 0
      }),
    reckon() {
      for (const { kind, nonce } of rows()) {
        const item = find(kind, nonce)
        if (item) item.nonce ??= nonce
      }
      // What a denial met on its way through the pages may have been delivered before, and need not be.
      if (hasDenied()) excuse('denied', () => true)
      excuse('died with its page', (item) => !isOpen(item) && !isKept(item))
    },
  }
}
