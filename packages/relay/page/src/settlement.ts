import { byId, element } from './element.ts'
import { agoText, countText, plainText } from './format.ts'
import type { Status } from './wire.ts'

type Settlement = NonNullable<Status['settlement']>
type Reason = Settlement['recent']['reasons'][number]

const factOf = (label: string, count: number, look = ''): HTMLElement =>
  element(
    'div',
    {},
    element('dt', {}, label),
    element('dd', { class: count > 0 ? look : '' }, countText(count)),
  )

const rowOf = ({ state, eventType, field, message, count }: Reason): HTMLElement => {
  const words = field === undefined ? message : `${field}: ${message}`
  return element(
    'tr',
    {},
    element(
      'td',
      { 'data-label': 'Event type', class: 'name' },
      element('bdi', {}, plainText(eventType ?? '–')),
    ),
    element(
      'td',
      { 'data-label': 'In the trash' },
      element('span', { class: `pill ${state === 'trashed' ? 'bad' : 'warn'}` }, state),
    ),
    element('td', { 'data-label': 'Words', class: 'words' }, element('bdi', {}, plainText(words))),
    element('td', { 'data-label': 'Events', class: 'number' }, countText(count)),
  )
}

const noteOf = ({ readUntil, problem }: Settlement, now: number): string => {
  const read =
    readUntil === undefined ? 'the trash was not read yet' : `trash read ${agoText(now, readUntil)}`
  return problem ? `${read}; it cannot be read now: ${problem}` : read
}

/** Kept, trashed or unknown, and why. */
export const showSettlement = ({ settlement, now }: Status): void => {
  byId('settlement', HTMLElement).hidden = !settlement
  if (!settlement) return
  const { kept, trashed, unknown, pending, recent } = settlement
  byId('settlement-note', HTMLParagraphElement).textContent = noteOf(settlement, now)
  byId('settlement-facts', HTMLDListElement).replaceChildren(
    factOf('kept', kept, 'good'),
    factOf('trashed', trashed, 'bad'),
    factOf('unknown', unknown, 'warn'),
    factOf('pending', pending),
  )
  const table = byId('reasons', HTMLTableElement)
  table.tBodies[0]?.replaceChildren(...recent.reasons.map(rowOf))
  table.hidden = recent.reasons.length === 0
  byId('reasons-empty', HTMLParagraphElement).hidden = recent.reasons.length > 0
}
