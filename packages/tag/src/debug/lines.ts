import type { Schema } from '@wmkt/protocol/schema'
import { element } from './element.ts'
import type { Entry } from './journal.ts'
import { rowOf } from './row.ts'

/** One line an item, and always the same, so that what a person has opened stays open. */
export const createLines = () => {
  const lines = new WeakMap<Entry, HTMLLIElement>()
  const detailsOf = (line: HTMLLIElement) => line.querySelector('details')
  return (entry: Entry, schema: Schema | undefined): HTMLLIElement => {
    const line = lines.get(entry) ?? element('li', '')
    lines.set(entry, line)
    const wasOpen = detailsOf(line)?.open ?? false
    line.replaceChildren(...rowOf(entry, schema))
    detailsOf(line)?.toggleAttribute('open', wasOpen)
    return line
  }
}
