import { backoffMs } from '@wmkt/protocol'
import type { Clock } from '../clock.ts'
import type { Untold, UntoldDelivery } from '../outbox/outbox.ts'
import type { OpenRecord } from '../record-reader.ts'
import type { Log } from '../telemetry/log.ts'
import { bodyOf } from './message.ts'
import type { NotTaken, Post } from './post.ts'
import { toldEventsOf } from './told-events.ts'

/** In one message. */
export const MOST_EVENTS = 100
/** Deliveries come in bursts: what comes within this time goes in one message. */
export const GATHER_MS = 250
const RETRY_POLICY = { baseMs: 1_000, capMs: 300_000 }
const SHORTEST_RETRY_MS = 1_000

/** `GET /api/status`. */
export type WebhookStatus = {
  /** Events that the receiver has taken, and messages it has not; since the start. */
  told: number
  failures: number
  /** Why the last message was not taken; missing when it was. */
  problem?: string
  /** Epoch ms at which the first event was delivered that is still to be told. */
  oldestAt?: number
}

/** Tells the receiver of each delivered event, at least once and in order. */
export interface Webhook {
  /** Something was delivered. */
  wake(): void
  status(): WebhookStatus
  start(): void
  /** What is not told by then is told after the next start. */
  stop(): Promise<void>
}

export type WebhookOptions = {
  untold: Untold
  post: Post
  projectId: string
  open: OpenRecord
  clock: Clock
  /** In [0, 1). */
  random: () => number
  log: Log
}

/** What is told is crossed out after the receiver has taken it: whoever dies in between tells it again. */
export const createWebhook = (options: WebhookOptions): Webhook => {
  const { untold, post, projectId, open, clock, random, log } = options
  const abort = new AbortController()
  let told = 0
  let failures = 0
  /** In a row. */
  let vain = 0
  let problem: string | undefined
  let state: 'idle' | 'waiting' | 'looking' = 'idle'
  /** Something was delivered during a look that may have read before. */
  let again = false
  let underWay: Promise<void> | undefined
  let callOff = () => {}

  const arm = (waitMs: number) => {
    if (abort.signal.aborted) return
    callOff()
    state = 'waiting'
    callOff = clock.after(waitMs, () => {
      underWay = look()
    })
  }
  const tell = async (deliveries: readonly UntoldDelivery[]): Promise<NotTaken | undefined> => {
    for (const events of chunksOf(toldEventsOf(deliveries, open))) {
      const refusal = await post(bodyOf(projectId, events), abort.signal)
      if (refusal) return refusal
      told += events.length
      succeed()
    }
    return undefined
  }
  const succeed = () => {
    if (vain > 0) log.info('the webhook takes deliveries again')
    vain = 0
    problem = undefined
  }
  const fail = ({ why, waitMs }: NotTaken) => {
    if (abort.signal.aborted) return
    failures += 1
    vain += 1
    problem = why
    if (vain === 1) log.warn({ why }, 'the webhook does not take deliveries: they are told later')
    arm(Math.max(SHORTEST_RETRY_MS, waitMs, backoffMs(vain, RETRY_POLICY, random)))
  }
  /** Undefined when nothing is left to be told. */
  const tellAll = async (): Promise<NotTaken | undefined> => {
    while (!abort.signal.aborted) {
      const { deliveries, upTo } = untold.read(MOST_EVENTS)
      if (upTo === 0) return undefined
      const refusal = await tell(deliveries)
      if (refusal) return refusal
      await untold.crossOut(upTo)
    }
    return undefined
  }
  const outcomeOfLook = async (): Promise<NotTaken | undefined> => {
    try {
      return await tellAll()
    } catch (error) {
      return { why: error instanceof Error ? error.name : 'unknown', waitMs: 0 }
    }
  }
  const look = async () => {
    state = 'looking'
    again = false
    const refusal = await outcomeOfLook()
    state = 'idle'
    if (refusal) fail(refusal)
    else if (again) arm(GATHER_MS)
  }

  return {
    wake() {
      if (state === 'looking') again = true
      if (state === 'idle') arm(GATHER_MS)
    },
    status() {
      const oldestAt = abort.signal.aborted ? undefined : untold.oldestAt()
      return {
        ...{ told, failures },
        ...(problem !== undefined && { problem }),
        ...(oldestAt !== undefined && { oldestAt }),
      }
    },
    start: () => arm(0),
    async stop() {
      abort.abort()
      callOff()
      await underWay
    },
  }
}

function* chunksOf<T>(things: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < things.length; at += MOST_EVENTS) yield things.slice(at, at + MOST_EVENTS)
}
