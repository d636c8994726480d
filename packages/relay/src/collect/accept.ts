import type { Receipt } from '@wmkt/protocol'
import { parseBatch } from '@wmkt/protocol/parse'
import { Problem } from '../http/problem.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { encodeRecord } from '../record.ts'
import { receiptOf } from './receipt.ts'
import { type ItemPolicy, sift } from './sift.ts'

/** What arrived, and what was noted meanwhile. */
export type Arrival = {
  /** The body, inflated. */
  raw: Uint8Array
  /** The same, as parsed JSON. */
  value: unknown
  /** Epoch ms. */
  receivedAt: number
  trackerId?: string
  keyed: boolean
}

/** `items`: how many the batch had. */
export type Accepted = { receipt: Receipt; items: number; trackersDropped: number }

export type AcceptPolicy = ItemPolicy & { projectId: string }

/**
 * Stores a batch. Resolves after the sync that covers it and its duplicates.
 *
 * @throws Problem BATCH_INVALID, VERSION_UNKNOWN, PROJECT_UNKNOWN; what the outbox throws
 */
export const accept = async (arrival: Arrival, outbox: Outbox, policy: AcceptPolicy): Promise<Accepted> => {
  const { raw, receivedAt, trackerId, keyed } = arrival
  const parsed = parseBatch(arrival.value)
  if (!parsed.ok) throw new Problem(parsed.code, parsed.detail)
  const { batch } = parsed
  if (batch.projectId !== undefined && batch.projectId !== policy.projectId)
    throw new Problem('PROJECT_UNKNOWN', 'projectId: not the project of this relay')
  const { entries, rejected, trackersDropped } = sift(batch, raw.length, { keyed }, policy)
  const head = {
    receivedAt,
    keyed,
    ...(batch.sentAt !== undefined && { sentAt: batch.sentAt }),
    ...(trackerId !== undefined && { trackerId }),
  }
  const outcomes =
    entries.length === 0 ? [] : await outbox.put({ record: encodeRecord(head, raw), entries, receivedAt })
  return { receipt: receiptOf(entries, outcomes, rejected), items: batch.items.length, trackersDropped }
}
