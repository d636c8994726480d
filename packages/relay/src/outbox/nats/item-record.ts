import type { Fate, Lane, Settlement } from '../outbox.ts'

/**
 * What is known of one nonce, in the bucket of nonces. Each change names the revision it was made from: of two relays
 * that hold the same item, because a lease had run out, one alone gets through.
 */
export type ItemRecord = {
  /** base64url */
  fingerprint: string
  /** Who wrote this, and from which revision: a write whose answer was lost is known again by it. Empty: the put. */
  by: string
  /** The item's sequence number in the work queue, whichever of its copies is delivered in the end. */
  seq?: number
  /** How often it was redriven; 0 when not said. */
  round?: number
} & ItemState

export type ItemState = HeldState | DeliveredState | BuriedState | { state: 'dropped' }

export type HeldState = {
  state: 'held'
  lane: Lane
  attempts: number
  triedMs: number
  /** An attempt was begun and its end is not known. */
  attempting: boolean
  /** Epoch ms. */
  dueAt: number
}
export type DeliveredState = { state: 'delivered'; at: number; upstreamId?: string }
export type BuriedState = {
  state: 'buried'
  at: number
  code: string
  message: string
  /** In all, the last one included. */
  attempts: number
}

/** What stays the same from change to change of one nonce. */
export const roundAndSeqOf = ({ round, seq }: Pick<ItemRecord, 'round' | 'seq'>) => ({
  ...(round !== undefined && { round }),
  ...(seq !== undefined && { seq }),
})

export const freshState = (lane: Lane): HeldState => ({
  state: 'held',
  lane,
  attempts: 0,
  triedMs: 0,
  attempting: false,
  dueAt: 0,
})

/** What a settlement makes of a held item; of what stands beside the state it may carry the old. */
export const stateAfter = (held: HeldState, settlement: Settlement, now: number): ItemState => {
  switch (settlement.type) {
    case 'mark':
      return { ...held, attempting: true }
    case 'ack': {
      const { upstreamId } = settlement
      return { state: 'delivered', at: now, ...(upstreamId !== undefined && { upstreamId }) }
    }
    case 'retry': {
      const { dueAt, triedMs, counted } = settlement
      const attempts = held.attempts + (counted ? 1 : 0)
      return { ...held, attempts, triedMs, dueAt, attempting: false }
    }
    case 'bury': {
      const { code, message } = settlement
      return { state: 'buried', at: now, code, message, attempts: held.attempts + 1 }
    }
  }
}

/** Whether two states say the same, whoever wrote them. */
export const sameState = (one: ItemState, other: ItemState): boolean => {
  if (one.state !== 'held' || other.state !== 'held') return one.state === other.state
  return one.attempting === other.attempting && one.attempts === other.attempts && one.dueAt === other.dueAt
}

export type Keeping = { now: number; keepDeliveredMs: number; keepDeadLettersMs: number }

export const fateOfRecord = (record: ItemRecord, keeping: Keeping): Fate => {
  const { now, keepDeliveredMs, keepDeadLettersMs } = keeping
  switch (record.state) {
    case 'held':
      return { state: 'held', lane: record.lane, attempts: record.attempts }
    case 'buried': {
      const { code, message, at: buriedAt } = record
      return buriedAt + keepDeadLettersMs > now
        ? { state: 'buried', code, message, buriedAt }
        : { state: 'settled' }
    }
    case 'delivered': {
      const { upstreamId, at: deliveredAt } = record
      if (deliveredAt + keepDeliveredMs <= now) return { state: 'settled' }
      return { state: 'delivered', deliveredAt, ...(upstreamId !== undefined && { upstreamId }) }
    }
    case 'dropped':
      return { state: 'settled' }
  }
}

/** What to do with a change that came too late for the revision it was made from. */
export type Clash =
  /** It had gone through: only its answer was lost. */
  | 'done'
  /** Nothing stands against it: make it from the revision that is there now. */
  | 'again'
  /** Another relay has gone on with the item. */
  | 'lost'

/**
 * @param mine how this relay signs a change from the old revision
 */
export const clashOf = (wanted: ItemState, mine: string, now: ItemRecord | undefined): Clash => {
  // Forgotten in thirty days, or not yet written by the relay that took it.
  if (!now) return 'again'
  if (now.by === mine) return sameState(wanted, now) ? 'done' : 'again'
  if (now.state !== 'held') return 'lost'
  // A delivery is a fact, whoever holds the item by now. And what the put wrote is where all begins.
  return wanted.state === 'delivered' || now.by === '' ? 'again' : 'lost'
}
