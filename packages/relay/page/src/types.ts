import { byId, element } from './element.ts'
import { agoText, countText, plainText } from './format.ts'
import { gateCell } from './gate.ts'
import type { LaneLine, Status } from './wire.ts'

type Schema = NonNullable<Status['schema']>
type TypeLine = Schema['eventTypes'][number]

const number = (label: string, count: number, look: string): HTMLElement =>
  element('td', { 'data-label': label, class: `number ${count > 0 ? look : ''}` }, countText(count))

const rowOf = (line: TypeLine, lane: LaneLine | undefined, status: Status): HTMLElement =>
  element(
    'tr',
    {},
    element(
      'td',
      { 'data-label': 'Event type', class: 'name' },
      element('bdi', {}, plainText(line.reference)),
    ),
    element('td', { 'data-label': 'Schema' }, element('code', {}, line.hash.slice(0, 8))),
    number('ok', line.ok, ''),
    number('warn', line.warn, 'warn'),
    number(rejectWord(status.schema), line.reject, 'bad'),
    lane
      ? gateCell('Sending', lane, status)
      : element('td', { 'data-label': 'Sending', class: 'note' }, 'nothing yet'),
  )

/** What happens to events that would be trashed. */
const rejectWord = (schema: Schema | undefined): string =>
  schema?.policy === 'hold' ? 'held' : 'would be held'

const noteOf = ({ hash, types = 0, readAt, problem, eventTypes, state }: Schema, now: number): string => {
  const age = readAt === undefined ? 'not read yet' : `read ${agoText(now, readAt)}`
  const shown =
    types > eventTypes.length && state === 'fresh' ? `, ${eventTypes.length} of ${types} shown` : ''
  return `${hash ? `schema ${hash.slice(0, 8)}, ` : ''}${age}${problem ? `, now: ${problem}` : ''}${shown}`
}

/** What was said most often, in the words of the codes, and what was put right. */
const findingsText = ({ findings, unchecked, coerced }: Schema): string => {
  const codes = Object.entries(findings).sort(([, a], [, b]) => b - a)
  const told = codes.slice(0, 8).map(([code, count]) => `${code} ${countText(count)}`)
  const mended = Object.entries(coerced).map(([what, count]) => `${what} put right ${countText(count)}`)
  return [...told, ...mended, ...(unchecked > 0 ? [`unchecked ${countText(unchecked)}`] : [])].join(' · ')
}

/** Each event type: its version, what was said of its events, and whether they are sent. */
export const showTypes = (status: Status): void => {
  const { schema, now } = status
  byId('schema', HTMLElement).hidden = !schema
  if (!schema) return
  const lanes = new Map(status.forward?.lanes.map((lane) => [lane.lane, lane]))
  const rows = schema.eventTypes.map((line) => rowOf(line, lanes.get(`event:${line.reference}`), status))
  const table = byId('types', HTMLTableElement)
  table.tBodies[0]?.replaceChildren(...rows)
  table.hidden = rows.length === 0
  byId('types-empty', HTMLParagraphElement).hidden = rows.length > 0
  byId('types-empty', HTMLParagraphElement).textContent =
    schema.state === 'stale'
      ? 'What was known is too old to decide anything: events pass unchecked.'
      : 'No event type is known: events pass unchecked.'
  byId('types-note', HTMLParagraphElement).textContent = noteOf(schema, now)
  byId('types-reject', HTMLTableCellElement).textContent = rejectWord(schema)
  byId('types-findings', HTMLParagraphElement).textContent = findingsText(schema)
}
