import type { Clock } from './clock.ts'
import { busy, problemOf, RETRY_MS } from './collect/refusal.ts'
import { type Outbox, OutboxFailed, OutboxFull } from './outbox/outbox.ts'

/** Whether batches may come in, and how many are on their way through. */
export interface Door {
  open(outbox: Outbox): void
  /** @throws Problem while nothing can be stored */
  enter(): { outbox: Outbox; leave: () => void }
  /** Lets no more in. Resolves when those inside are through. */
  close(): Promise<void>
  /** The outbox refused: full for a while, or failed for good. True when it failed just now. */
  refusedBy(error: unknown): boolean
  /** Why `/readyz` is not well; undefined when it is. */
  refusal(): Error | undefined
}

export type DoorOptions = {
  maxBacklog: number
  clock: Clock
  /** In [0, 1). */
  random: () => number
}

export const createDoor = ({ maxBacklog, clock, random }: DoorOptions): Door => {
  let outbox: Outbox | undefined
  let closing: Promise<void> | undefined
  let failed = false
  let full: { error: OutboxFull; until: number } | undefined
  let inside = 0
  let onEmpty = () => {}

  const shut = (): Error | undefined => {
    if (failed) return busy('STORAGE_FAILED', 'nothing more is accepted', RETRY_MS, random)
    if (closing) return busy('STOPPING', 'come back in a moment', RETRY_MS, random)
    return outbox ? undefined : busy('STARTING', 'come back in a moment', RETRY_MS, random)
  }
  const crowded = (): OutboxFull | undefined => {
    if (full && full.until > clock.now()) return full.error
    return outbox && outbox.ledger().held >= maxBacklog ? new OutboxFull('backlog') : undefined
  }
  const leave = () => {
    inside -= 1
    if (inside === 0) onEmpty()
  }

  return {
    open(opened) {
      outbox = opened
    },
    enter() {
      const why = shut()
      if (why || !outbox) throw why ?? busy('STARTING', 'come back in a moment', RETRY_MS, random)
      inside += 1
      return { outbox, leave }
    },
    close() {
      closing ??= inside === 0 ? Promise.resolve() : new Promise((resolve) => (onEmpty = resolve))
      return closing
    },
    refusedBy(error) {
      // Told for a while only: unready relays are sent nothing, and only a put can tell that there is room again.
      if (error instanceof OutboxFull) full = { error, until: clock.now() + RETRY_MS }
      if (!(error instanceof OutboxFailed) || failed) return false
      failed = true
      return true
    },
    refusal() {
      const why = shut() ?? crowded()
      const problem = why && problemOf(why, random)
      return problem instanceof Error ? problem : undefined
    },
  }
}
