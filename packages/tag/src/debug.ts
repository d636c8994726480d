import type { Tag } from './tag.ts'

/** Prints each item's way and ending. */
export const printNews = (tag: Tag): void => {
  // biome-ignore lint/suspicious/noConsole: printing is what data-debug asks for
  tag.on('stored', (news) => console.log('wmkt stored', news))
  // biome-ignore lint/suspicious/noConsole: as above
  tag.on('ending', (news) => console.log('wmkt ending', news))
}
