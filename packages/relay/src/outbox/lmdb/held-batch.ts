import { orWhole, type Placed, type Single } from '../single.ts'
import { type OpenBatch, openBatch } from './batch-record.ts'
import { seqKey } from './keys.ts'
import { rememberLast } from './remember-last.ts'
import type { Stage } from './stage.ts'
import type { Table } from './store.ts'

/** A batch that has unsettled entries. */
export type HeldBatch = OpenBatch & {
  /** What a dead letter keeps of it: its own item, or all of a record that cannot be read. */
  letterOf(index: number): Placed
}

/**
 * Batches as a transaction reads them. Many entries of one may settle in it, and a large record takes milliseconds to
 * read: the last one stays at hand until the transaction is done.
 */
export const readHeldBatches = (stage: Stage, batches: Table, single: Single): ((seq: number) => HeldBatch) =>
  rememberLast((seq) => {
    const bytes = stage.get(batches, seqKey(seq))
    if (!bytes) throw new Error(`batch ${seq} is held and not there`)
    const batch = openBatch(bytes)
    return { ...batch, letterOf: orWhole(single)(batch.record) }
  })
