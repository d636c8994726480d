import { call } from './call.ts'
import { attempted, confirmed } from './confirm.ts'
import { byId } from './element.ts'
import { agoText, countText } from './format.ts'
import { makeLetterRow } from './letter-row.ts'
import type { LetterPage, Status } from './wire.ts'

const PAGE = 50
const BULK = 500

const isPage = (value: unknown): value is LetterPage =>
  typeof value === 'object' && value !== null && 'deadLetters' in value && Array.isArray(value.deadLetters)

const pageAfter = async (after: string | undefined, code: string, limit: number): Promise<LetterPage> => {
  const query = new URLSearchParams({ limit: String(limit) })
  if (code !== '') query.set('code', code)
  if (after !== undefined) query.set('after', after)
  const page = await call('GET', `dead-letters?${query}`)
  return isPage(page) ? page : { deadLetters: [] }
}

const redriveEvery = async (code: string, tell: (count: number) => void): Promise<void> => {
  let count = 0
  for (let after: string | undefined, page: LetterPage; ; after = page.next) {
    page = await pageAfter(after, code, BULK)
    for (const { nonce, kind } of page.deadLetters) {
      await call('POST', `dead-letters/${encodeURIComponent(nonce)}/redrive?kind=${kind}`)
      count += 1
      tell(count)
    }
    if (page.next === undefined) return
  }
}

/** The table of dead letters. It reads itself anew when their number has changed and nobody is looking into one. */
export const createLetters = () => {
  const table = byId('letters', HTMLTableElement)
  const select = byId('letters-code', HTMLSelectElement)
  const more = byId('letters-more', HTMLButtonElement)
  const all = byId('redrive-all', HTMLButtonElement)
  const none = byId('letters-empty', HTMLParagraphElement)
  const noneAtAll = none.textContent
  let next: string | undefined
  let known = -1
  let isRedriving = false

  const rowsShown = (): number => table.querySelectorAll('tr[data-nonce]').length
  const tidy = () => {
    const isEmpty = rowsShown() === 0
    table.hidden = isEmpty
    none.hidden = !isEmpty
    none.textContent = select.value === '' ? noneAtAll : `No dead letter for the reason ${select.value}.`
    more.hidden = next === undefined
    all.disabled = isEmpty || isRedriving
  }
  const append = async (after?: string, limit = PAGE) => {
    const page = await pageAfter(after, select.value, limit)
    next = page.next
    const onGone = () => {
      known -= 1
      tidy()
    }
    const rows = page.deadLetters.flatMap((letter) => makeLetterRow(letter, onGone))
    if (after === undefined) table.tBodies[0]?.replaceChildren(...rows)
    else table.tBodies[0]?.append(...rows)
    tidy()
  }
  /** What was shown stays shown. */
  const readAnew = () => append(undefined, Math.min(BULK, Math.max(PAGE, rowsShown())))
  const isLookedInto = () =>
    table.querySelector('tr.payload:not([hidden])') !== null || byId('confirm', HTMLDialogElement).open

  const redriveAll = async () => {
    const which = select.value === '' ? 'every dead letter' : `every dead letter ${select.value}`
    const text = `Puts ${which} back to be delivered again. Items in doubt may be doubled by that.`
    if (!(await confirmed({ title: 'Redrive all?', text, yes: 'Redrive all' }))) return
    const label = all.textContent
    isRedriving = true
    try {
      await redriveEvery(select.value, (count) => {
        all.textContent = `${countText(count)} redriven`
      })
      await append()
    } finally {
      isRedriving = false
      all.textContent = label
      tidy()
    }
  }
  select.addEventListener('change', () => void attempted(() => append()))
  more.addEventListener('click', () => void attempted(() => append(next)))
  all.addEventListener('click', () => void attempted(redriveAll))

  return {
    show({ ledger, now }: Status) {
      for (const cell of table.querySelectorAll<HTMLElement>('[data-at]'))
        cell.textContent = agoText(now, Number(cell.dataset.at))
      if (ledger === undefined || ledger.buried === known || isLookedInto()) return
      known = ledger.buried
      // With the next frame again: nobody has asked for this.
      readAnew().catch(() => {
        known = -1
      })
    },
  }
}
