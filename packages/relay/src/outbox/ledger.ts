import type { Ledger } from './outbox.ts'

/** What a change adds to each count. */
export type LedgerDelta = Partial<Ledger>

export const EMPTY_LEDGER: Ledger = {
  received: 0,
  held: 0,
  buried: 0,
  delivered: 0,
  dropped: 0,
  duplicates: 0,
}

/** Written out, here and of the books, for all to be of one shape: each spread of a spread has V8 make another. */
export const copyOfLedger = ({ received, held, buried, delivered, dropped, duplicates }: Ledger): Ledger => ({
  received,
  held,
  buried,
  delivered,
  dropped,
  duplicates,
})

/** Changes the ledger. */
export const countInto = (ledger: Ledger, delta: LedgerDelta): void => {
  ledger.received += delta.received ?? 0
  ledger.held += delta.held ?? 0
  ledger.buried += delta.buried ?? 0
  ledger.delivered += delta.delivered ?? 0
  ledger.dropped += delta.dropped ?? 0
  ledger.duplicates += delta.duplicates ?? 0
}

export const addToLedger = (ledger: Ledger, delta: LedgerDelta): Ledger => {
  const sum = copyOfLedger(ledger)
  countInto(sum, delta)
  return sum
}

/** The law of the ledger: every entry received is in exactly one place. */
export const isBalanced = ({ received, held, buried, delivered, dropped }: Ledger): boolean =>
  received === held + buried + delivered + dropped

/** The steps an entry can take, and what each does to the counts. */
export const STEPS = {
  receive: { received: 1, held: 1 },
  deliver: { held: -1, delivered: 1 },
  bury: { held: -1, buried: 1 },
  redrive: { buried: -1, held: 1 },
  drop: { buried: -1, dropped: 1 },
  erase: { held: -1, dropped: 1 },
  repeat: { duplicates: 1 },
} as const satisfies Record<string, LedgerDelta>
