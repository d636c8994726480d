import type { Row } from './row.ts'

export const MAX_ROWS = 10_000
export const MAX_AGE_MS = 2_592_000_000

const rangeOf = (lane: string): IDBKeyRange => IDBKeyRange.bound([lane], [lane, []])

export const putRows = (rows: Row[]) => (store: IDBObjectStore) => {
  for (const { key, json } of rows) store.put({ key, json }, key)
}

export const ackRows = (rows: Row[]) => (store: IDBObjectStore) => {
  for (const { key } of rows) store.delete(key)
}

export const eraseLane = (lane: string) => (store: IDBObjectStore) => {
  store.delete(rangeOf(lane))
}

export type Peeked = { rows: Row[]; evicted: Row[] }

/** The oldest rows of a lane, at most `limit`; on the way, rows beyond the bounds of count and age are taken out. */
export const peekRows = (lane: string, limit: number, nowMs: number) => (store: IDBObjectStore) => {
  const peeked: Peeked = { rows: [], evicted: [] }
  const range = rangeOf(lane)
  const counting = store.count(range)
  const walking = store.openCursor(range)
  let walked = 0
  walking.onsuccess = () => {
    const cursor = walking.result
    if (!cursor || peeked.rows.length === limit) return
    const row: Row = cursor.value
    const evict = counting.result - walked++ > MAX_ROWS || row.key[1] < nowMs - MAX_AGE_MS
    peeked[evict ? 'evicted' : 'rows'].push(row)
    if (evict) cursor.delete()
    cursor.continue()
  }
  return peeked
}
