import type { Row } from './row.ts'

/** Bounds of the outbox: what is beyond them is evicted, the oldest first. */
export const MAX_ROWS = 10_000
const MAX_AGE_MS = 2_592_000_000

export const rangeOf = (lane: string): IDBKeyRange => IDBKeyRange.bound([lane], [lane, []])

/** Asks for the oldest rows of a lane and for how many it has; the answers are there when the transaction is over. */
export const askRows =
  (lane: string, limit: number) =>
  (store: IDBObjectStore): [rows: IDBRequest<Row[]>, count: IDBRequest<number>] => [
    store.getAll(rangeOf(lane), limit),
    store.count(rangeOf(lane)),
  ]

/** Those of a lane's oldest rows that are beyond the bounds. */
export const oldOf = (rows: Row[], count: number, nowMs: number): Row[] =>
  rows.filter(({ key }, index) => index < count - MAX_ROWS || key[1] < nowMs - MAX_AGE_MS)

export const deleteRows =
  (rows: Row[]) =>
  (store: IDBObjectStore): void => {
    for (const { key } of rows) store.delete(key)
  }
