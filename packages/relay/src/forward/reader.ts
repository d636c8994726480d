import type { LeasedEntry } from '../outbox/outbox.ts'
import type { StampedItem } from '../record.ts'
import type { OpenedRecord, OpenRecord, PlainItem, RecordReader } from '../record-reader.ts'
import { KeyMissing } from '../seal/seal.ts'
import type { Verdict } from './verdict.ts'

export type Unreadable = Extract<Verdict, { type: 'bury' }>

/** Entries → items. */
export interface Reader {
  /** The item, or why it cannot be read. */
  itemOf(entry: LeasedEntry): StampedItem | Unreadable
  /** The item unparsed; undefined when that will not do. */
  plainOf(entry: LeasedEntry): PlainItem | undefined
}

/**
 * Opens a record once for all that is leased of it. The record itself holds its reader, so that they go together: what a
 * WeakMap holds outlives a collection of the young, and then takes one of all to go.
 */
export const createReader = (open: OpenRecord): Reader => {
  const READER: unique symbol = Symbol('reader')
  const readerOf = (record: Uint8Array & { [READER]?: OpenedRecord | undefined }): RecordReader => {
    const before = record[READER]
    // Asked each time: what was shredded is not read on, nor kept.
    if (before?.isReadable()) return before
    record[READER] = undefined
    record[READER] = open(record)
    return record[READER]
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
