import { promisify } from 'node:util'
import type { EntryRef, Outbox, Settlement } from './outbox.ts'

/** Settles for those who wait; rejects with why it could not be done. */
export const settled = (
  { settle }: Pick<Outbox, 'settle'>,
  ref: EntryRef,
  settlement: Settlement,
): Promise<void> => promisify(settle)(ref, settlement)
