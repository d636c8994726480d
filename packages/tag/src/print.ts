import type { Finding } from '@wmkt/protocol/schema'
import type { Tag } from './options.ts'

/** Prints each item's way and ending. */
export const printNews = (tag: Tag): void => {
  const print = (name: string, news: object) => {
    // biome-ignore lint/suspicious/noConsole: printing is what data-debug asks for
    console.log('wmkt', name, said(news))
  }
  for (const name of ['stored', 'ending'] as const) tag.on(name, (news) => print(name, news))
}

/** Without what there is nothing to say of. */
const said = (news: object): object =>
  Object.fromEntries(Object.entries(news).filter(([, value]) => value !== undefined))

/** Prints what is wrong with a field of an event, and nothing of what it holds. */
export const printProblem = (eventType: string, { level, field, code }: Finding, text: string): void => {
  // biome-ignore lint/suspicious/noConsole: printing is what data-debug asks for
  const print = level === 'reject' ? console.error : console.warn
  print('wmkt problem', eventType, field, code, text)
}
