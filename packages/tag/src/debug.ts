import { createJournal, type Entry } from './debug/journal.ts'
import { findingsOf, type Known, textOf } from './debug/judge.ts'
import { openOverlay } from './debug/overlay.ts'
import { readSchema } from './debug/read-schema.ts'
import { watch } from './debug/watch.ts'
import type { Tag } from './options.ts'
import { printNews, printProblem } from './print.ts'

/**
 * debug.js: prints each item's way and ending, and what is wrong with its fields; lists both in a corner of the page. The tag loads
 * it from beside itself, when it is asked to debug.
 *
 * @param schemaUrl the relay's schema route, which answers with `WMKT_DEBUG=on` alone
 */
export const on = (tag: Tag, schemaUrl: string | URL = new URL('schema', import.meta.url)): void => {
  const overlay = openOverlay()
  const journal = createJournal(overlay.show)
  const early: Entry[] = []
  let known: Known | undefined

  const judge = (entry: Entry): unknown => {
    if (!known) return early.push(entry)
    const findings = findingsOf(known, String(entry.type), entry.data)
    for (const finding of findings) printProblem(String(entry.type), finding, textOf(finding))
    return journal.judged(entry, findings)
  }
  readSchema(schemaUrl).then((read) => {
    known = read
    overlay.know(read)
    if (read) for (const entry of early.splice(0)) judge(entry)
  })
  printNews(tag)
  for (const name of ['stored', 'ending'] as const) tag.on(name, journal.hear)
  watch(tag, journal, judge)
}
