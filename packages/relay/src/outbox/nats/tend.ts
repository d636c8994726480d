import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Lane } from '../outbox.ts'
import type { Hands, InHand } from './hands.ts'
import type { Sight } from './look.ts'
import { createSightWarning } from './sight-warning.ts'
import type { Counts, View } from './view.ts'

export type TendingOptions = {
  clock: Clock
  log: Log
  hands: Hands
  view: View
  leaseMs: number
  look: () => Promise<Sight>
  /** Looks after what the counts do not explain. */
  sweep: (counts: Counts) => Promise<void>
  /** Lanes that hold more than this relay has in hand. */
  onWork: (lanes: readonly Lane[]) => void
}

export const TICK_MS = 1_000
/** What nobody here has wanted for so long is given to the other relays. */
const IDLE_MS = 2_000
/** Looks overtaken by changes of ours before one is believed all the same: under load each of them is. */
const OVERTAKEN = 3

/** Does something again and again, each time so long after the last one has ended. Returns the way to stop. */
const startRepeating = (clock: Clock, everyMs: number, work: () => Promise<void> | void): (() => void) => {
  let callOff = () => {}
  let stopped = false
  const once = async () => {
    await work()
    arm()
  }
  const arm = () => {
    if (!stopped) callOff = clock.after(everyMs, () => void once())
  }
  arm()
  return () => {
    stopped = true
    callOff()
  }
}

/** Keeps leases alive; once a second gives back what is not wanted, and looks at what other relays did. */
export const startTending = (options: TendingOptions): (() => void) => {
  const { clock, log, hands, view, leaseMs, look, sweep, onWork } = options
  const warn = createSightWarning(clock, log)
  let overtaken = 0
  let isSweeping = false

  const keepAlive = () => {
    for (const { delivery } of hands.all()) delivery.working()
  }
  const giveBack = (item: InHand) => {
    hands.drop(item)
    item.delivery.giveBack(0)
  }
  const giveBackIdle = () => {
    const before = clock.now() - IDLE_MS
    for (const item of [...hands.all()]) if (!item.leased && item.since < before) giveBack(item)
  }
  /** What it asks for may take long, and is not to hold up the looks. */
  const sweepBeside = (counts: Counts) => {
    if (isSweeping) return
    isSweeping = true
    sweep(counts)
      .catch((err) => log.warn({ err }, 'the queue could not be swept'))
      .finally(() => {
        isSweeping = false
      })
  }
  const lookOnce = async () => {
    const version = view.version()
    const { seen, unseen } = await look()
    warn([...unseen.keys()])
    overtaken = version === view.version() ? 0 : overtaken + 1
    if (overtaken > 0 && overtaken < OVERTAKEN) return
    overtaken = 0
    view.looked(seen)
    const counts = view.counts()
    onWork([...counts.lanes].filter(([lane, held]) => held > hands.count(lane)).map(([lane]) => lane))
    sweepBeside(counts)
  }
  const lookSafely = () =>
    lookOnce().catch((error) => {
      log.debug({ err: error }, 'the streams could not be looked at')
      warn(['all'])
    })
  const stops = [
    startRepeating(clock, leaseMs / 3, keepAlive),
    startRepeating(clock, TICK_MS, giveBackIdle),
    startRepeating(clock, TICK_MS, lookSafely),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
