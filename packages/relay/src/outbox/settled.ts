import type { EntryRef, Outbox, Settlement } from './outbox.ts'

/** Settles for those who wait; rejects with why it could not be done. */
export const settled = (
  outbox: Pick<Outbox, 'settle'>,
  ref: EntryRef,
  settlement: Settlement,
): Promise<void> =>
  new Promise((resolve, reject) =>
    outbox.settle(ref, settlement, (error) => (error ? reject(error) : resolve())),
  )
