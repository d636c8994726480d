import type { Disk } from './disk.ts'
import type { Row } from './row.ts'

/** Bounds of the outbox: what is beyond them is evicted, the oldest first. */
export const MAX_ROWS = 10_000
const MAX_AGE_MS = 2_592_000_000

export const rangeOf = (lane: string): IDBKeyRange => IDBKeyRange.bound([lane], [lane, []])

/** The oldest rows of a lane, at most `limit`, and how many the lane has. */
export const oldestRows = async (disk: Disk, lane: string, limit: number) => {
  const asked = await disk((store) => ({
    rows: store.getAll(rangeOf(lane), limit) as IDBRequest<Row[]>,
    count: store.count(rangeOf(lane)),
  }))
  return { rows: asked.rows.result, count: asked.count.result }
}

/** Those of a lane's oldest rows that are beyond the bounds. */
export const oldOf = (rows: Row[], count: number, nowMs: number): Row[] =>
  rows.filter(({ key }, index) => index < count - MAX_ROWS || key[1] < nowMs - MAX_AGE_MS)

export const deleteRows = (disk: Disk, rows: Row[]): Promise<void> =>
  disk((store) => {
    for (const { key } of rows) store.delete(key)
  })
