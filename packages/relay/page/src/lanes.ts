import { byId, element } from './element.ts'
import { countText, laneText, msText } from './format.ts'
import { gateCell } from './gate.ts'
import type { Frame, LaneLine, Status } from './wire.ts'

const cell = (label: string, text: string, look = ''): HTMLElement =>
  element('td', { 'data-label': label, class: look }, text)

const rowOf = (lane: LaneLine, status: Status): HTMLElement => {
  const [kind = ''] = lane.lane.split(':')
  const title = element('bdi', {}, laneText(lane.lane))
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

/** What does not run comes first, then what waits or is under way; the rest is all alike. */
const inOrder = (lanes: readonly LaneLine[]): LaneLine[] =>
  [...lanes].sort(
    (a, b) =>
      Number(a.state === 'running') - Number(b.state === 'running') ||
      b.held - a.held ||
      b.inFlight - a.inFlight ||
      a.lane.localeCompare(b.lane, 'en', { numeric: true }),
  )

/** Lanes shown until somebody asks for all: what stands below them is not to be out of sight. */
const FEW = 8

export const createLanes = () => {
  const table = byId('lanes', HTMLTableElement)
  const more = byId('lanes-more', HTMLButtonElement)
  let showsAll = false
  let last: Frame | undefined
  const show = (frame: Frame) => {
    last = frame
    const { status, lanes: total } = frame
    const lanes = inOrder(status.forward?.lanes ?? [])
    // A single one more is shown in the place of the button.
    const most = showsAll || lanes.length <= FEW + 1 ? lanes.length : FEW
    table.tBodies[0]?.replaceChildren(...lanes.slice(0, most).map((lane) => rowOf(lane, status)))
    table.hidden = lanes.length === 0
    byId('lanes-empty', HTMLParagraphElement).hidden = lanes.length > 0
    byId('lanes-note', HTMLParagraphElement).textContent =
      total > lanes.length ? `the ${lanes.length} busiest of ${countText(total)}` : ''
    more.hidden = lanes.length <= FEW + 1
    more.textContent = showsAll ? 'Show fewer' : `Show ${lanes.length - FEW} more`
  }
  more.addEventListener('click', () => {
    showsAll = !showsAll
    if (last) show(last)
  })
  return { show }
}
