import { call } from './call.ts'
import { button, confirmed } from './confirm.ts'
import { element } from './element.ts'
import { agoText, plainText } from './format.ts'
import type { LetterLine } from './wire.ts'

const pathOf = ({ nonce, kind }: LetterLine, verb = '', more = ''): string =>
  `dead-letters/${encodeURIComponent(nonce)}${verb}?kind=${kind}${more}`

const DOUBT =
  'The attempt ended without a clear answer: it may have been carried out. Delivering it again may double it.'

const askToRedrive = ({ nonce, code }: LetterLine) =>
  confirmed({
    title: 'Redrive this item?',
    text: `${nonce} goes back to the outbox and is delivered again. ${code === 'IN_DOUBT' ? DOUBT : ''}`,
    yes: 'Redrive',
  })

const askToDrop = ({ nonce }: LetterLine) =>
  confirmed({
    title: 'Drop this item for good?',
    text: `${nonce} will never be delivered. This cannot be taken back.`,
    yes: 'Drop',
    grave: true,
  })

/** A dead letter, and below it on demand what was in it. */
export const makeLetterRow = (letter: LetterLine, onGone: () => void): HTMLElement[] => {
  const payload = element('pre', {})
  const below = element('tr', { class: 'payload', hidden: '' })
  const settle = (ask: () => Promise<boolean>, act: () => Promise<unknown>) => async () => {
    if (!(await ask())) return
    await act()
    row.remove()
    below.remove()
    onGone()
  }
  const show = async (reveal: boolean) => {
    const view = await call('GET', pathOf(letter, '', reveal ? '&reveal=1' : ''))
    payload.textContent = view === undefined ? 'It is no dead letter any more.' : plainLines(view)
    below.hidden = false
  }
  const toggle = async () => {
    if (below.hidden) await show(false)
    else below.hidden = true
  }
  const actions = element(
    'td',
    { class: 'actions' },
    button('Show', toggle, 'quiet'),
    button(
      'Redrive',
      settle(
        () => askToRedrive(letter),
        () => call('POST', pathOf(letter, '/redrive')),
      ),
      'quiet',
    ),
    button(
      'Drop',
      settle(
        () => askToDrop(letter),
        () => call('DELETE', pathOf(letter)),
      ),
      'quiet grave',
    ),
  )
  const row = element('tr', { 'data-nonce': letter.nonce }, ...cellsOf(letter), actions)
  below.append(
    element(
      'td',
      { colspan: '6' },
      payload,
      button('Reveal personal data', () => show(true)),
    ),
  )
  return [row, below]
}

/** Times as people read them; line breaks of the layout stay; what a stranger wrote cannot hide. */
const plainLines = (view: unknown): string =>
  JSON.stringify(
    view,
    (key, value) => (/^(buried|received)At$/.test(key) ? new Date(Number(value)).toISOString() : value),
    2,
  )
    .split('\n')
    .map(plainText)
    .join('\n')

const cellsOf = ({ buriedAt, lane, code, message, attempts, nonce }: LetterLine): HTMLElement[] => [
  element(
    'td',
    {
      'data-label': 'Buried',
      title: new Date(buriedAt).toISOString(),
      'data-at': String(buriedAt),
      class: 'when',
    },
    agoText(Date.now(), buriedAt),
  ),
  element(
    'td',
    { 'data-label': 'Lane', class: 'name' },
    element('bdi', {}, plainText(lane)),
    element('code', { class: 'note', title: nonce }, nonce),
  ),
  element('td', { 'data-label': 'Reason' }, element('span', { class: 'pill warn' }, code)),
  element('td', { 'data-label': 'Words', class: 'words' }, element('bdi', {}, plainText(message) || '–')),
  element('td', { 'data-label': 'Attempts', class: 'number' }, String(attempts)),
]
