import { byId } from './element.ts'
import { clockText, durationText } from './format.ts'
import type { Status } from './wire.ts'

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
  const parked = forward?.lanes.filter(({ state }) => state === 'parked').length ?? 0
  return parked > 0
    ? { look: 'warn', text: `${parked} of the lanes ${parked === 1 ? 'is' : 'are'} parked.` }
    : trash
}

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

export const showBanner = (status: Status): void => {
  const alarm = alarmOf(status)
  const banner = byId('banner', HTMLParagraphElement)
  banner.hidden = alarm === undefined
  banner.className = `banner ${alarm?.look ?? ''}`
  if (banner.textContent !== (alarm?.text ?? '')) banner.textContent = alarm?.text ?? ''
  const pill = byId('state', HTMLSpanElement)
  const state = status.ready ? (status.forward?.project.state ?? 'starting') : 'not ready'
  pill.textContent = state
  pill.className = `pill ${state === 'running' ? 'good' : alarm?.look === 'bad' ? 'bad' : 'warn'}`
}
