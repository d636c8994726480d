import type { ItemRecord } from './item-record.ts'

/** Where a lane's queue stands, as the server has told last. */
export type Stand = {
  /** The sequence number up to which it has handed out what there is. */
  delivered: number
  /** How many are handed out and not acknowledged. */
  handedOut: number
}

/** What is to be thought of an item that lies in the work queue and is in no hand of ours. */
export type Whereabouts =
  /** Its record says that it is done: nobody waits for it any more. */
  | 'done'
  /** It waits for its time, or for its turn. */
  | 'fine'
  /** Its queue has passed it by, and knows nothing of it. Nobody will hand it out again. */
  | 'forgotten'
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
  if (seq > stand.delivered || (record && record.dueAt > now)) return 'fine'
  return stand.handedOut === 0 ? 'forgotten' : 'unclear'
}
