import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Lane, LeasedEntry } from '../outbox.ts'
import { decodeFrame, type Framed, type ItemHead } from './frame.ts'
import type { Hands } from './hands.ts'
import type { Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { NonceBucket } from './nonce-bucket.ts'
import type { Delivery } from './pull.ts'
import type { Queues } from './queues.ts'
import { isClaimedAt } from './requeue.ts'
import type { Settle } from './settle.ts'
import { createSurplus } from './surplus.ts'
import { isYoung, unknownRecord } from './unknown.ts'

export type LeaseParts = {
  link: Link
  names: Names
  queues: Queues
  nonces: NonceBucket
  hands: Hands
  settling: Settle
  clock: Clock
  log: Log
}

const AFTER_FAULT_MS = 1_000
/** Its copy comes in its place. If the relay that claimed it has died, a sweep finds it in some minutes. */
const CLAIMED_MS = 5_000
/** After which a young item without a record is handed out once more. */
const UNKNOWN_MS = 500

/** Leases: first what this relay has in hand, then what the server hands out. Each is looked up before it is given. */
export const createLease = (parts: LeaseParts): ((lane: Lane, max: number) => Promise<LeasedEntry[]>) => {
  const { queues, hands, log } = parts
  const take = createTake(parts)
  const takeSafely = (delivery: Delivery): Promise<LeasedEntry | undefined> =>
    take(delivery).catch((error) => {
      log.warn({ err: error }, 'an item could not be looked up: it is given back')
      delivery.giveBack(AFTER_FAULT_MS)
      return undefined
    })
  return async (lane, max) => {
    const given = hands.due(lane, max)
    while (queues.has(lane) && given.length < max) {
      const wanted = max - given.length
      const deliveries = await queues.pull(lane, wanted).catch((error) => {
        if (given.length === 0) throw error
        return []
      })
      const taken = await Promise.all(deliveries.map(takeSafely))
      given.push(...taken.filter((entry) => entry !== undefined))
      if (deliveries.length < wanted) break
    }
    return given
  }
}

const createTake = ({ link, names, nonces, hands, settling, clock }: LeaseParts) => {
  const isSurplus = createSurplus(link, names)
  return async (delivery: Delivery): Promise<LeasedEntry | undefined> => {
    const { seq, data } = delivery
    const { head, record: bytes } = decodeFrame<ItemHead>(data)
    const known = await nonces.read(nonceKeyOf(head))
    if (!known && isYoung(head, clock.now())) {
      delivery.giveBack(UNKNOWN_MS)
      return undefined
    }
    const record = known?.record ?? unknownRecord(head, clock.now())
    if (record.state === 'held' && isClaimedAt(seq, record)) {
      delivery.giveBack(CLAIMED_MS)
      return undefined
    }
    const handed = { head, seq, record: bytes }
    if (record.state !== 'held' || (await isSurplus(handed, record))) {
      await settling.finish(handed, record)
      return undefined
    }
    const item = {
      entry: entryOf({ head, record: bytes }, seq),
      head,
      delivery,
      record,
      revision: known?.revision ?? 0,
      leased: false,
      since: 0,
    }
    if (record.dueAt <= clock.now()) return hands.take(item)
    hands.keep(item, record.dueAt)
    return undefined
  }
}

const entryOf = ({ head, record }: Framed<ItemHead>, seq: number): LeasedEntry => {
  const { kind, nonce, lane, index } = head
  return {
    ref: { lane, seq, index },
    kind,
    nonce,
    lane,
    index,
    record,
    attempts: 0,
    triedMs: 0,
    attempting: false,
  }
}
