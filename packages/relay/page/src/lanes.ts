import { byId, element } from './element.ts'
import { countText, msText, plainText } from './format.ts'
import { gateCell } from './gate.ts'
import type { Frame, LaneLine, Status } from './wire.ts'

const cell = (label: string, text: string, look = ''): HTMLElement =>
  element('td', { 'data-label': label, class: look }, text)

const rowOf = (lane: LaneLine, status: Status): HTMLElement => {
  const [kind = '', ...name] = lane.lane.split(':')
  const title = element('bdi', {}, plainText(name.join(':') || 'offline interactions'))
  return element(
    'tr',
    {},
    element(
      'td',
      { 'data-label': 'Lane', class: 'name' },
      title,
      element('span', { class: 'note' }, ` ${kind}`),
    ),
    gateCell('State', lane, status),
    cell('Held', countText(lane.held), 'number'),
    cell('In flight', String(lane.inFlight), 'number'),
    cell('Window', String(Math.floor(lane.window)), 'number'),
    cell('Answer', String(lane.lastStatus ?? '–')),
    cell('Latency', lane.lastLatencyMs === undefined ? '–' : msText(lane.lastLatencyMs), 'number'),
  )
}

export const showLanes = ({ status, lanes: total }: Frame): void => {
  const lanes = [...(status.forward?.lanes ?? [])].sort(
    (a, b) => b.held - a.held || (a.lane < b.lane ? -1 : 1),
  )
  const table = byId('lanes', HTMLTableElement)
  table.tBodies[0]?.replaceChildren(...lanes.map((lane) => rowOf(lane, status)))
  table.hidden = lanes.length === 0
  byId('lanes-empty', HTMLParagraphElement).hidden = lanes.length > 0
  byId('lanes-note', HTMLParagraphElement).textContent =
    total > lanes.length ? `the ${lanes.length} busiest of ${total}` : ''
}
