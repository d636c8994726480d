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
  const opened = new Map<Uint8Array, ReturnType<OpenRecord>>()
  const itemsOf = (record: Uint8Array) => {
    const known = opened.get(record)
    if (known) return known
    const itemAt = open(record)
    if (opened.size >= MOST_OPEN) forgetFirst(opened)
    opened.set(record, itemAt)
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

const forgetFirst = (map: Map<Uint8Array, unknown>): void => {
  for (const first of map.keys()) {
    map.delete(first)
    return
  }
}

/** A key may be put back: then the letter is redriven. */
const unreadable = (error?: unknown): Unreadable =>
  error instanceof KeyMissing
    ? { type: 'bury', code: 'KEY_MISSING', message: error.message }
    : { type: 'bury', code: 'UNREADABLE', message: 'the stored record cannot be read' }
