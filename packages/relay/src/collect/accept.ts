import type { Receipt } from '@wmkt/protocol'
import type { Outbox } from '../outbox/outbox.ts'
import { encodeRecord } from '../record.ts'
import type { Content } from './content.ts'
import { receiptOf } from './receipt.ts'
import { type ItemPolicy, sift, siftPlain } from './sift.ts'

/** A batch that arrived, and what was noted meanwhile. */
export type Arrival = {
  /** The body, inflated. */
  raw: Uint8Array
  content: Content
  /** Epoch ms. */
  receivedAt: number
  trackerId: string | undefined
}

/** `trackersDropped`: items that lost an ill-formed tracker ID. */
export type Accepted = { receipt: Receipt; trackersDropped: number }

/** Stores a batch. Resolves after the sync that covers it and its duplicates; rejects as the outbox does. */
export const accept = async (arrival: Arrival, outbox: Outbox, policy: ItemPolicy): Promise<Accepted> => {
  const { raw, content, receivedAt, trackerId } = arrival
  const { entries, rejected, holds, trackersDropped } =
    content.kind === 'plain' ? siftPlain(content.events, policy) : await siftKnown(content, policy)
  const { layouts, judgedBy } = content.kind === 'plain' ? content : NOT_PLAIN
  const head = { receivedAt, keyed: content.keyed, sentAt: content.frame.sentAt, trackerId, judgedBy }
  const record = () => encodeRecord(head, raw, layouts, outbox.roomFor)
  const outcomes = entries.length === 0 ? [] : await outbox.put({ record: record(), entries, receivedAt })
  return { receipt: receiptOf(entries, outcomes, rejected, holds), trackersDropped }
}

const NOT_PLAIN = { layouts: undefined, judgedBy: undefined }

const siftKnown = async (content: Content & { kind: 'items' }, policy: ItemPolicy) => {
  await policy.judge?.prepare(content.items)
  return sift(content, policy)
}
