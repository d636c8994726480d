import { decodeFrame, type ItemHead } from './frame.ts'
import type { Hands } from './hands.ts'
import type { Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { NonceBucket } from './nonce-bucket.ts'
import type { Queues } from './queues.ts'
import type { Settle } from './settle.ts'
import type { Counts } from './view.ts'

export type SweepParts = {
  link: Link
  names: Names
  queues: Queues
  nonces: NonceBucket
  hands: Hands
  settling: Settle
}

/** Looks in a row that must find more in the stream than in its queues: one alone sees what is just on its way. */
const SUSPICIOUS = 5
/** Items looked at in one go. */
const STRETCH = 128

/**
 * Finds items that are in the stream and that no queue counts: an ack that the old leader carried out and the new one
 * did not, or a queue that somebody removed. What its record says is done is taken off; for what is not, its queue is
 * made anew.
 */
export const createSweep = (parts: SweepParts): ((counts: Counts) => Promise<void>) => {
  let suspicions = 0
  let from = 0
  return async ({ held, lanes, first }) => {
    const queued = [...lanes.values()].reduce((sum, count) => sum + count, 0)
    suspicions = held > queued ? suspicions + 1 : 0
    if (suspicions < SUSPICIOUS || !first) return
    from = await sweepFrom(parts, Math.max(from, first.seq))
  }
}

/** Where to go on; 0 when the end was reached. */
const sweepFrom = async (parts: SweepParts, start: number): Promise<number> => {
  const { jsm } = parts.link
  let seq = start
  for (let looked = 0; looked < STRETCH; looked += 1) {
    const next = { seq, next_by_subj: parts.names.subject.items }
    const message = await jsm.streams.getMessage(parts.names.items, next)
    if (!message) return 0
    await look(parts, message.seq, message.data)
    seq = message.seq + 1
  }
  return seq
}

const look = async (
  { link, names, queues, nonces, hands, settling }: SweepParts,
  seq: number,
  data: Uint8Array,
) => {
  const { head, record } = decodeFrame<ItemHead>(data)
  if (hands.has(seq)) return
  const known = await nonces.read(nonceKeyOf(head))
  if (!known || known.record.state === 'held') return void (await queues.renew(head.lane))
  const ack = () => link.jsm.streams.deleteMessage(names.items, seq, false)
  await settling.finish({ head, seq, record }, known.record, {
    seq,
    data,
    ack,
    giveBack: () => {},
    working: () => {},
  })
}
