import type { Ending, News } from '../../../packages/tag/src/news.ts'
import type { Tag, TagOptions } from '../../../packages/tag/src/options.ts'
import type { Browser } from './browser.ts'
import type { Start } from './compile.ts'
import type { Mortal } from './mortal.ts'
import { globalsOf } from './page-globals.ts'
import type { TagParts } from './shipped.ts'

/** A life of a page: its tag, and the ways it can go. */
export interface Page {
  readonly life: Mortal
  readonly tag: Tag
  /** Dispatches an event of the window. */
  tell(event: 'visibilitychange' | 'pagehide' | 'pageshow' | 'online'): void
  hide(): void
  show(): void
  /** Left in good order: the tag hears of it, and what flies flies on. */
  leave(): void
}

/** What a page's listener hears of an item's end. */
export type OnEnding = (news: News & { ending: Ending }) => void

export const openPage = (
  browser: Browser,
  life: Mortal,
  program: Start,
  options: Partial<TagOptions>,
  onEnding: OnEnding,
): Page => {
  const view = { hidden: false }
  const { globals, handlers } = globalsOf(browser, life, view)
  const { createTag } = program(globals) as TagParts
  const tag = createTag({ endpoint: '/wmkt/collect', project: 'shop', ...options })
  tag.on('ending', ({ ending, ...news }) => ending && onEnding({ ...news, ending }))
  const tell: Page['tell'] = (event) => life.being.alive && handlers.get(event)?.({})
  const turn = (hidden: boolean) => {
    view.hidden = hidden
    tell('visibilitychange')
  }
  return {
    life,
    tag,
    tell,
    hide: () => turn(true),
    show: () => turn(false),
    leave() {
      turn(true)
      tell('pagehide')
      life.end()
    },
  }
}
