import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'

/** A cluster that has lost a server is whole again before that. */
export const UNSEEN_MS = 30_000

/**
 * Says so, once, when a part of the counts has been out of sight for half a minute: what is told of it is old, though
 * items go their way. To be called with each look.
 */
export const createSightWarning = (clock: Clock, log: Log): ((unseen: readonly string[]) => void) => {
  let since: number | undefined
  let warned = false
  const seeAll = () => {
    if (warned) log.info('all streams can be looked at again')
    since = undefined
    warned = false
  }
  return (unseen) => {
    if (unseen.length === 0) return seeAll()
    since ??= clock.now()
    if (warned || clock.now() - since < UNSEEN_MS) return
    warned = true
    log.warn({ streams: unseen }, 'no server answers for some streams: what is counted of them is old')
  }
}
