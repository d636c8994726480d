import type { KV } from '@nats-io/kv'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Company, Lane } from '../outbox.ts'
import { START_MS } from './ground.ts'
import { createHints } from './hints.ts'
import type { Link } from './link.ts'
import { laneOfKey, type Names, pauseKeyOf } from './names.ts'

export type CompanyOptions = {
  kv: KV
  link: Link
  names: Names
  /** This one among them. */
  relay: string
  /** Another relay has put something in these lanes. */
  onLanes: (lanes: readonly Lane[]) => void
  clock: Clock
  log: Log
}

export type OpenCompany = Company & {
  /** Tells the others that there is work. */
  tellLanes(lanes: Iterable<Lane>): void
  /** Tells them that this relay leaves. */
  leave(): void
  stop(): void
}

const BEAT_MS = 2_000
/** Who was not heard of for so long counts no more. */
const SILENT_MS = 7_000
/** Beats between two looks at the pauses that were written down. */
const READ_EVERY = 5

type Pause = { until: number }

/** The relays on one outbox: who there is, by a beat every two seconds; and pauses, kept for those who come later. */
export const openCompany = async (options: CompanyOptions): Promise<OpenCompany> => {
  const { kv, link, names, relay, onLanes, clock, log } = options
  const heard = new Map<string, number>()
  const listeners = new Set<(lane: Lane, until: number) => void>()
  const pauses = new Map<Lane, number>()
  let callOff = () => {}
  let beats = 0

  const hear = (lane: Lane, until: number) => {
    if (until <= clock.now() || until <= (pauses.get(lane) ?? 0)) return
    pauses.set(lane, until)
    for (const listener of listeners) listener(lane, until)
  }
  const hints = createHints(link.nc, names.hints, relay, {
    onLanes,
    onBeat(other) {
      // Who is new here has not heard of us either.
      if (!heard.has(other)) hints.beat()
      heard.set(other, clock.now())
    },
    onLeave: (other) => void heard.delete(other),
    onPause: hear,
  })
  const bucket = `KV_${names.shared}`
  /** What late-comers missed, and whoever was cut off. */
  const readPauses = async () => {
    const { state } = await link.jsm.streams.info(bucket, { subjects_filter: `$KV.${names.shared}.pause.>` })
    const keys = Object.keys(state.subjects ?? {}).map((subject) => subject.split('.').slice(2).join('.'))
    for (const key of keys) {
      const pause = (await kv.get(key))?.json<Pause>()
      if (pause) hear(laneOfKey(key), pause.until)
    }
  }
  const beat = () => {
    hints.beat()
    beats += 1
    if (beats % READ_EVERY === 0)
      readPauses().catch((error) => log.debug({ err: error }, 'no pauses could be read'))
    callOff = clock.after(BEAT_MS, beat)
  }
  await link.persist(readPauses, START_MS)
  beat()
  return {
    size() {
      const since = clock.now() - SILENT_MS
      for (const [relay, at] of heard) if (at < since) heard.delete(relay)
      return 1 + heard.size
    },
    tellPause(lane, until) {
      if (until <= (pauses.get(lane) ?? 0)) return
      pauses.set(lane, until)
      hints.pause(lane, until)
      const told = link.persist(() => kv.put(pauseKeyOf(lane), JSON.stringify({ until })))
      told.catch((error) => log.debug({ err: error }, 'a pause could not be told to the other relays'))
    },
    onPause(listener) {
      listeners.add(listener)
      for (const [lane, until] of pauses) if (until > clock.now()) listener(lane, until)
      return () => listeners.delete(listener)
    },
    tellLanes: hints.tell,
    leave: hints.leave,
    stop: () => callOff(),
  }
}
