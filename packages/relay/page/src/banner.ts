import { byId } from './element.ts'
import { clockText, countText, durationText, laneText } from './format.ts'
import type { LaneLine, Status } from './wire.ts'

type Alarm = { look: 'bad' | 'warn'; text: string }

/** What a person should know before all else. */
export const alarmOf = (status: Status): Alarm | undefined => {
  const { ready, problem, forward, credential, now } = status
  if (!ready) return { look: 'bad', text: `Nothing is accepted: ${problem ?? 'the relay is starting'}.` }
  const project = forward?.project
  if (project?.state === 'parked' || project?.state === 'trial') {
    const since = `${clockText(project.since)} (${durationText((now - project.since) / 1_000)})`
    const why = credential?.problem ? ` ${credential.problem}.` : ''
    const next =
      project.state === 'parked'
        ? `The next probe goes out in ${durationText((project.nextProbeAt - now) / 1_000)}.`
        : 'One delivery at a time shows whether it is over.'
    return {
      look: 'bad',
      text: `Forwarding is parked since ${since}: ${project.code}.${why} Nothing is lost; items wait. ${next}`,
    }
  }
  const trash = trashAlarm(status)
  if (trash?.look === 'bad') return trash
  if (credential?.state === 'failing')
    return { look: 'warn', text: `The credential fails: ${credential.problem ?? 'no token'}.` }
  return backlogAlarm(status) ?? lanesAlarm(status) ?? trash
}

/** As deploy/alarms.yml has them. */
const NEAR_LIMIT = 0.8
const OLD_MS = 900_000

/** Whether what is held comes near the limit, or waits too long. */
export const backlogWorry = ({ ledger, backlog, now }: Status): { isNear: boolean; isOld: boolean } => ({
  isNear: ledger !== undefined && backlog !== undefined && ledger.held > NEAR_LIMIT * backlog.limit,
  isOld: backlog?.oldestAt !== undefined && now - backlog.oldestAt > OLD_MS,
})

const backlogAlarm = (status: Status): Alarm | undefined => {
  const { isNear, isOld } = backlogWorry(status)
  const { ledger, backlog, now } = status
  if (isNear && ledger && backlog)
    return {
      look: 'warn',
      text: `The backlog is near its limit, at which collect answers 503: ${countText(ledger.held)} of ${countText(backlog.limit)}.`,
    }
  if (!isOld || backlog?.oldestAt === undefined) return undefined
  const waits = durationText((now - backlog.oldestAt) / 1_000)
  return { look: 'warn', text: `Deliveries do not keep up: the oldest item has waited for ${waits}.` }
}

const MOST_NAMED = 3

const lanesAlarm = ({ forward }: Status): Alarm | undefined => {
  const parked = forward?.lanes.filter(({ state }) => state === 'parked') ?? []
  if (parked.length === 0) return undefined
  const named = parked.slice(0, MOST_NAMED).map((lane) => `${laneText(lane.lane)} (${codeOf(lane)})`)
  const rest = parked.length - named.length
  const are = parked.length === 1 ? 'Parked is the lane' : `Parked are ${parked.length} lanes:`
  return {
    look: 'warn',
    text: `${are} ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}. The rest goes on.`,
  }
}

const codeOf = (lane: LaneLine): string => (lane.state === 'parked' ? lane.code : lane.state)

/** For a day: what was delivered and thrown away all the same is the worst that can happen unseen. */
const trashAlarm = ({ settlement }: Status): Alarm | undefined => {
  const { trashed, unknown } = settlement?.recent ?? { trashed: 0, unknown: 0 }
  if (trashed > 0)
    return {
      look: 'bad',
      text: `${trashed} delivered ${trashed === 1 ? 'event was' : 'events were'} trashed by the upstream within a day: wmkt-relay trash ls.`,
    }
  return unknown > 0
    ? {
        look: 'warn',
        text: `The trash holds ${unknown} ${unknown === 1 ? 'event' : 'events'} of the day that this relay has not delivered.`,
      }
    : undefined
}

const put = (alarm: Alarm | undefined): void => {
  const banner = byId('banner', HTMLParagraphElement)
  banner.hidden = alarm === undefined
  banner.className = `banner ${alarm?.look ?? ''}`
  if (banner.textContent !== (alarm?.text ?? '')) banner.textContent = alarm?.text ?? ''
}

const putState = (state: string, look: 'good' | 'bad' | 'warn'): void => {
  const pill = byId('state', HTMLSpanElement)
  pill.textContent = state
  pill.className = `pill ${look}`
}

export const showBanner = (status: Status): void => {
  const alarm = alarmOf(status)
  put(alarm)
  const state = status.ready ? (status.forward?.project.state ?? 'starting') : 'not ready'
  putState(state, state === 'running' ? 'good' : alarm?.look === 'bad' ? 'bad' : 'warn')
}

/** The relay tells nothing any more; `heardAt`: when it did, in epoch ms. */
export const showLost = (heardAt: number): void => {
  put({ look: 'bad', text: `No connection to the relay. What stands below is of ${clockText(heardAt)}.` })
  putState('unknown', 'bad')
}
