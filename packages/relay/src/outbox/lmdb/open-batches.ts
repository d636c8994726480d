import { type OpenBatch, openBatch } from './batch-record.ts'
import { seqKey } from './keys.ts'
import type { Table } from './store.ts'

/** Batches read from disk, of which the last few stay at hand: a lane comes back for the rest of one, and other lanes have their part in it. */
export interface OpenBatches {
  /** @throws Error when there is no such batch */
  at(seq: number): OpenBatch
  /** What lies on disk may have changed. */
  forget(): void
}

const MOST = 16

export const createOpenBatches = (batches: Table): OpenBatches => {
  let known: { seq: number; batch: OpenBatch }[] = []
  let next = 0
  const read = (seq: number): OpenBatch => {
    const bytes = batches.getBinary(seqKey(seq))
    if (!bytes) throw new Error(`batch ${seq} is held and not there`)
    return openBatch(bytes)
  }
  return {
    at(seq) {
      for (const one of known) if (one.seq === seq) return one.batch
      const batch = read(seq)
      known[next] = { seq, batch }
      next = (next + 1) % MOST
      return batch
    },
    forget() {
      known = []
      next = 0
    },
  }
}
