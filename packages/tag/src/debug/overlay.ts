import { element } from './element.ts'
import type { Entry } from './journal.ts'
import type { Known } from './judge.ts'
import { createLines } from './lines.ts'
import { style } from './style.ts'

export interface Overlay {
  show(entries: readonly Entry[]): void
  /** What is known of the project's event types; undefined: the relay shows none. */
  know(known: Known | undefined): void
}

const sheetOf = (text: string): CSSStyleSheet => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  return sheet
}

const buttonOf = (text: string, label: string, onClick: () => void): HTMLButtonElement => {
  const button = element('button', '', text)
  button.type = 'button'
  button.ariaLabel = label
  button.addEventListener('click', onClick)
  return button
}

/** What the header counts. */
const summaryOf = (entries: readonly Entry[]): string => {
  const problems = entries.reduce((sum, { findings = [] }) => sum + findings.length, 0)
  return `${entries.length} ${entries.length === 1 ? 'item' : 'items'}, ${problems} ${problems === 1 ? 'problem' : 'problems'}`
}

/** Its parts, still without life. */
const partsOf = () => {
  const list = element('ol', '')
  list.tabIndex = 0
  list.ariaLabel = 'Items, the latest first'
  const note = element('p', 'note', 'Asking the relay for its event types …')
  const summary = element('p', '', NO_ITEM)
  summary.role = 'status'
  return { list, note, summary, host: document.createElement('wmkt-debug') }
}

/** A corner of the page, in a shadow of its own: nothing of the page's styles comes in, nothing of its own gets out. */
export const openOverlay = (): Overlay => {
  const { list, note, summary, host } = partsOf()
  const lineOf = createLines()
  let schema: Known['schema'] | undefined
  let shown: readonly Entry[] = []
  const draw = (): void => {
    summary.textContent = shown.length > 0 ? summaryOf(shown) : NO_ITEM
    list.replaceChildren(...shown.map((entry) => lineOf(entry, schema)).reverse())
  }
  const close = buttonOf('×', 'Close', () => host.remove())
  attach(host, [element('h2', '', 'wmkt'), summary, foldOf([list, note]), close], [list, note])
  return {
    show(entries) {
      shown = entries
      draw()
    },
    know(known) {
      schema = known?.schema
      note.textContent = known ? `Checked by schema ${known.schema.hash}.` : NO_SCHEMA
      draw()
    },
  }
}

/** Leaves the header alone, or brings the rest back. */
const foldOf = (parts: readonly HTMLElement[]): HTMLButtonElement => {
  const fold = buttonOf('–', 'Fold', () => {
    const isFolded = fold.ariaExpanded === 'true'
    for (const part of parts) part.hidden = isFolded
    fold.ariaExpanded = String(!isFolded)
  })
  fold.ariaExpanded = 'true'
  return fold
}

const NO_ITEM = 'No item yet'
const NO_SCHEMA = 'Fields are not checked: the relay shows its event types with WMKT_DEBUG=on.'

const attach = (host: HTMLElement, head: readonly Node[], body: readonly Node[]): void => {
  const root = host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [sheetOf(style)]
  const section = element('section', '', element('header', '', ...head), ...body)
  section.ariaLabel = 'wmkt debug'
  section.addEventListener('keydown', ({ key }) => key === 'Escape' && host.remove())
  root.append(section)
  // After the page's own work: a head that is still being read has no body yet.
  if (document.body) document.body.append(host)
  else addEventListener('DOMContentLoaded', () => document.body.append(host))
}
