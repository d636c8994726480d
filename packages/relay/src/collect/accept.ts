import type { Receipt } from '@wmkt/protocol'
import { type ParsedBatch, parseBatch } from '@wmkt/protocol/parse'
import { Problem } from '../http/problem.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { encodeRecord } from '../record.ts'
import { receiptOf } from './receipt.ts'
import { type ItemPolicy, sift } from './sift.ts'

/** A batch that arrived, and what was noted meanwhile. */
export type Arrival = {
  /** The body, inflated. */
  raw: Uint8Array
  batch: ParsedBatch
  /** Epoch ms. */
  receivedAt: number
  trackerId?: string
  keyed: boolean
}

/** `trackersDropped`: items that lost an ill-formed tracker ID. */
export type Accepted = { receipt: Receipt; trackersDropped: number }

/**
 * Parsed JSON → the batch in it, which is for this project.
 *
 * @throws Problem BATCH_INVALID, VERSION_UNKNOWN, PROJECT_UNKNOWN
 */
export const batchFor = (projectId: string, value: unknown): ParsedBatch => {
  const parsed = parseBatch(value)
  if (!parsed.ok) throw new Problem(parsed.code, parsed.detail)
  if (parsed.batch.projectId !== undefined && parsed.batch.projectId !== projectId)
    throw new Problem('PROJECT_UNKNOWN', 'projectId: not the project of this relay')
  return parsed.batch
}

/** Stores a batch. Resolves after the sync that covers it and its duplicates; rejects as the outbox does. */
export const accept = async (arrival: Arrival, outbox: Outbox, policy: ItemPolicy): Promise<Accepted> => {
  const { raw, batch, receivedAt, trackerId, keyed } = arrival
  const unheardOf = policy.judge?.prepare(batch.items)
  if (unheardOf) await unheardOf
  const { entries, rejected, holds, trackersDropped } = sift(batch, raw.length, { keyed }, policy)
  const head = {
    receivedAt,
    keyed,
    ...(batch.sentAt !== undefined && { sentAt: batch.sentAt }),
    ...(trackerId !== undefined && { trackerId }),
  }
  const outcomes =
    entries.length === 0 ? [] : await outbox.put({ record: encodeRecord(head, raw), entries, receivedAt })
  return { receipt: receiptOf(entries, outcomes, rejected, holds), trackersDropped }
}
