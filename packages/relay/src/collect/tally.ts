import type { ItemCode } from '@wmkt/protocol'
import type { Frame } from '../scan/frame.ts'
import { createHistogram, type HistogramRead } from '../telemetry/histogram.ts'
import type { Accepted } from './accept.ts'

/** What was collected since the start, and what its senders said of themselves. Every name in it is one of a fixed few. */
export type TallyCounts = {
  /** Batches answered 202. */
  batches: number
  accepted: number
  duplicates: number
  rejected: Partial<Record<ItemCode, number>>
  /** Items that lost an ill-formed tracker ID. */
  trackersDropped: number
  /** Items that tags had to drop unsent, as they tell. */
  evicted: number
  /** Batches sent under Global Privacy Control. */
  gpc: number
  /** Batches by the visitor's consent. */
  consent: Record<NonNullable<Frame['consent']> | 'unsaid', number>
  /** Batches by where the tag keeps its outbox. */
  storage: Record<NonNullable<Frame['storage']> | 'unsaid', number>
  /** From the receipt of a batch's headers to the sync that covers it. */
  took: HistogramRead
}

export interface Tally {
  /** A batch got its receipt, `tookMs` after it began to arrive. */
  add(frame: Frame, accepted: Accepted, tookMs: number): void
  counts(): TallyCounts
}

export const createTally = (): Tally => {
  const took = createHistogram()
  const sums = { batches: 0, accepted: 0, duplicates: 0, trackersDropped: 0, evicted: 0, gpc: 0 }
  const rejected: TallyCounts['rejected'] = {}
  const consents: TallyCounts['consent'] = { granted: 0, required: 0, denied: 0, unsaid: 0 }
  const storages: TallyCounts['storage'] = { disk: 0, memory: 0, unsaid: 0 }
  return {
    add({ evicted = 0, gpc, consent, storage }, { receipt, trackersDropped }, tookMs) {
      sums.batches += 1
      sums.accepted += receipt.accepted
      sums.duplicates += receipt.duplicates
      sums.trackersDropped += trackersDropped
      sums.evicted += evicted
      sums.gpc += gpc ? 1 : 0
      consents[consent ?? 'unsaid'] += 1
      storages[storage ?? 'unsaid'] += 1
      for (const { code } of receipt.rejected) rejected[code] = (rejected[code] ?? 0) + 1
      took.observeMs(tookMs)
    },
    counts: () => ({
      ...sums,
      rejected: { ...rejected },
      consent: { ...consents },
      storage: { ...storages },
      took: took.read(),
    }),
  }
}
