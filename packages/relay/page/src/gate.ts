import { element } from './element.ts'
import { clockText, durationText } from './format.ts'
import type { LaneLine, Status } from './wire.ts'

const LOOKS = { running: 'good', paused: 'warn', trial: 'warn', parked: 'bad' } as const

/** Whether a lane sends, and else why not. While the project is parked, a lane that could run waits with it. */
export const gateCell = (label: string, lane: LaneLine, { now, forward }: Status): HTMLElement => {
  const waits = lane.state === 'running' && (forward?.project.state ?? 'running') !== 'running'
  const left = (at: number) => durationText((at - now) / 1_000)
  const detail =
    lane.state === 'paused'
      ? `for ${left(lane.until)}`
      : lane.state === 'parked'
        ? `${lane.code}, since ${clockText(lane.since)}, tries in ${left(lane.nextProbeAt)}`
        : lane.state === 'trial'
          ? lane.code
          : ''
  const look = waits ? 'warn' : LOOKS[lane.state]
  const pill = element('span', { class: `pill ${look}` }, waits ? 'waits' : lane.state)
  return element(
    'td',
    { 'data-label': label, class: 'state' },
    pill,
    element('span', { class: 'note' }, ` ${detail}`),
  )
}
