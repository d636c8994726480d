import type { LeasedEntry } from '../outbox/outbox.ts'
import type { OpenRecord, StampedItem } from '../record.ts'
import { KeyMissing } from '../seal/seal.ts'
import type { Verdict } from './verdict.ts'

/** Records that stay open: the entries of one come one after the other in a lane, and few lanes are busy at a time. */
const MOST_OPEN = 16

export type Unreadable = Extract<Verdict, { type: 'bury' }>

/** Entry → item, or why it cannot be read. */
export type ReadItem = (entry: LeasedEntry) => StampedItem | Unreadable

/** Opens a record once for all entries leased with it. Of the last few only: open, they are many times as large. */
export const createReader = (open: OpenRecord): ReadItem => {
  const last: { record: Uint8Array; itemAt: ReturnType<OpenRecord> }[] = []
  let next = 0
  const itemsOf = (record: Uint8Array) => {
    for (const known of last) if (known.record === record) return known.itemAt
    const itemAt = open(record)
    last[next] = { record, itemAt }
    next = (next + 1) % MOST_OPEN
    return itemAt
  }
  return ({ record, index, kind }) => {
    try {
      const item = itemsOf(record)(index)
      return item?.kind === kind ? item : unreadable()
    } catch (error) {
      return unreadable(error)
    }
  }
}

/** A key may be put back: then the letter is redriven. */
const unreadable = (error?: unknown): Unreadable =>
  error instanceof KeyMissing
    ? { type: 'bury', code: 'KEY_MISSING', message: error.message }
    : { type: 'bury', code: 'UNREADABLE', message: 'the stored record cannot be read' }
