import { addToLedger, EMPTY_LEDGER } from '../ledger.ts'
import type { Lane, Ledger } from '../outbox.ts'

/** What the streams tell by their sequence numbers and sizes: exact whichever relay did what, or died doing it. */
export type Counts = {
  /** Ever stored in the work queue: what was received, and what was redriven. */
  itemsEver: number
  held: number
  /** Ever become a letter, and those that are letters still. */
  buriedEver: number
  buried: number
  redriven: number
  /** Items that were in the stream although another of their nonce was. */
  requeued: number
  repeats: number
  lanes: Map<Lane, number>
  /** The oldest item held. */
  first?: { seq: number; receivedAt: number } | undefined
}

export const NO_COUNTS: Counts = {
  itemsEver: 0,
  held: 0,
  buriedEver: 0,
  buried: 0,
  redriven: 0,
  requeued: 0,
  repeats: 0,
  lanes: new Map(),
}

/**
 * The law of the ledger, solved for what the streams do not count: what left the work queue was delivered or buried;
 * what left the dead letters was redriven or dropped.
 */
export const ledgerOf = (counts: Counts, base: Ledger): Ledger => {
  const { itemsEver, held, buriedEver, buried, redriven, requeued, repeats } = counts
  return addToLedger(base, {
    received: itemsEver - redriven - requeued,
    held,
    buried,
    delivered: itemsEver - held - buriedEver - requeued,
    dropped: buriedEver - buried - redriven,
    duplicates: repeats,
  })
}

/** One relay's view of the counts: its own changes at once, those of others at the next look at the server. */
export interface View {
  counts(): Counts
  ledger(): Ledger
  /** Grows with every change of ours: what a look saw meanwhile may be neither before nor after it. */
  version(): number
  stored(lane: Lane, seq: number, receivedAt: number): void
  left(lane: Lane): void
  /** Counted as one that becomes a letter. */
  burial(): void
  /** Written as a letter. */
  buried(): void
  redriven(): void
  requeued(): void
  letterGone(): void
  repeated(): void
  /** What was not seen is as it was. */
  looked(seen: Partial<Counts>): void
  firstIs(first: Counts['first']): void
}

export const createView = (start: Counts, base: Ledger = EMPTY_LEDGER): View => {
  let counts = { ...start, lanes: new Map(start.lanes) }
  let version = 0
  const change = (next: Partial<Counts>) => {
    counts = { ...counts, ...next }
    version += 1
  }
  const addTo = (lane: Lane, more: number) => {
    const held = (counts.lanes.get(lane) ?? 0) + more
    if (held > 0) counts.lanes.set(lane, held)
    else counts.lanes.delete(lane)
  }
  return {
    counts: () => counts,
    ledger: () => ledgerOf(counts, base),
    version: () => version,
    stored(lane, seq, receivedAt) {
      addTo(lane, 1)
      const first = counts.first ?? { seq, receivedAt }
      change({ itemsEver: counts.itemsEver + 1, held: counts.held + 1, first })
    },
    left(lane) {
      addTo(lane, -1)
      const held = Math.max(0, counts.held - 1)
      change({ held, ...(held === 0 && { first: undefined }) })
    },
    burial: () => change({ buriedEver: counts.buriedEver + 1 }),
    buried: () => change({ buried: counts.buried + 1 }),
    redriven: () => change({ redriven: counts.redriven + 1 }),
    requeued: () => change({ requeued: counts.requeued + 1 }),
    letterGone: () => change({ buried: Math.max(0, counts.buried - 1) }),
    repeated: () => change({ repeats: counts.repeats + 1 }),
    looked(seen) {
      counts = { ...counts, ...seen }
    },
    firstIs(first) {
      counts = { ...counts, first }
    },
  }
}
