import type { Tag } from './options.ts'

/** Prints each item's way and ending. */
export const printNews = (tag: Tag): void => {
  // biome-ignore lint/suspicious/noConsole: printing is what data-debug asks for
  for (const name of ['stored', 'ending'] as const) tag.on(name, (news) => console.log('wmkt', name, news))
}
