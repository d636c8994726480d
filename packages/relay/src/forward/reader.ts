import type { LeasedEntry } from '../outbox/outbox.ts'
import type { StampedItem } from '../record.ts'
import type { OpenRecord, PlainItem, RecordReader } from '../record-reader.ts'
import { KeyMissing } from '../seal/seal.ts'
import type { Verdict } from './verdict.ts'

/** Records that stay open: the entries of one come one after the other in a lane, and few lanes are busy at a time. */
const MOST_OPEN = 16

export type Unreadable = Extract<Verdict, { type: 'bury' }>

/** Entries → items. */
export interface Reader {
  /** The item, or why it cannot be read. */
  itemOf(entry: LeasedEntry): StampedItem | Unreadable
  /** The item unparsed; undefined when that will not do. */
  plainOf(entry: LeasedEntry): PlainItem | undefined
}

/** Opens a record once for all entries leased with it. Of the last few only: open, they are many times as large. */
export const createReader = (open: OpenRecord): Reader => {
  const last: { record: Uint8Array; opened: RecordReader }[] = []
  let next = 0
  const readerOf = (record: Uint8Array): RecordReader => {
    for (const known of last) if (known.record === record) return known.opened
    const opened = open(record)
    last[next] = { record, opened }
    next = (next + 1) % MOST_OPEN
    return opened
  }
  return {
    itemOf({ record, index, kind }) {
      try {
        const item = readerOf(record).itemAt(index)
        return item?.kind === kind ? item : unreadable()
      } catch (error) {
        return unreadable(error)
      }
    },
    plainOf({ record, index, kind }) {
      try {
        return kind === 'event' ? readerOf(record).plainAt(index) : undefined
      } catch {
        return undefined
      }
    },
  }
}

/** A key may be put back: then the letter is redriven. */
const unreadable = (error?: unknown): Unreadable =>
  error instanceof KeyMissing
    ? { type: 'bury', code: 'KEY_MISSING', message: error.message }
    : { type: 'bury', code: 'UNREADABLE', message: 'the stored record cannot be read' }
