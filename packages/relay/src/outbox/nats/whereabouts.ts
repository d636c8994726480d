import type { ItemRecord } from './item-record.ts'

/** Where a lane's queue stands, as the server has told last. */
export type Stand = {
  /** The sequence number up to which it has handed out what there is. */
  delivered: number
  /** How many it has still to hand out. */
  pending: number
  /** How many are handed out, and there still; of some versions also some that are gone. */
  handedOut: number
}

/** What is to be thought of an item that lies in the work queue and is in no hand of ours. */
export type Whereabouts =
  /** Its record says that it is done: nobody waits for it any more. */
  | 'done'
  /** It waits for its time, or for its turn. */
  | 'fine'
  /** Its queue knows nothing of it: it would never be handed out again. */
  | 'forgotten'
  /** The same, and an attempt was begun that another relay may be about to end. */
  | 'begun'
  /** Its queue has passed it by, and has others handed out: perhaps it is one of them. */
  | 'unclear'
  /** It has no queue that we know of. */
  | 'unqueued'

/** @param record undefined when its nonce has none */
export const whereaboutsOf = (
  seq: number,
  record: ItemRecord | undefined,
  stand: Stand | undefined,
  now: number,
): Whereabouts => {
  if (record && record.state !== 'held') return 'done'
  if (!stand) return 'unqueued'
  if (record && record.dueAt > now) return 'fine'
  if (seq > stand.delivered && stand.pending > 0) return 'fine'
  if (stand.handedOut > 0) return 'unclear'
  return record?.attempting ? 'begun' : 'forgotten'
}

/** Up to where items of a queue may be others than those it has still to hand out. */
export const endOf = ({ delivered, pending }: Stand): number =>
  pending > 0 ? delivered : Number.POSITIVE_INFINITY
