import { createRecentNonces, type RecentNonces, type RecentSizes } from './nonce-recent.ts'
import { type Remembered, ROW_BYTES, readRow } from './nonce-row.ts'
import { hashAt } from './nonce-table.ts'

/** The nonces that are in no run yet, with those of the transaction in the making among them. */
export interface Gathering {
  /** Oldest first; only the last one gathers. */
  all(): readonly RecentNonces[]
  /** That which the transaction in the making puts into. */
  pending(): RecentNonces | undefined
  /** @param isSeen which to look at @param withPending also at what is not on disk yet */
  find(key: Buffer, isSeen: (recent: RecentNonces) => boolean, withPending: boolean): Remembered | undefined
  /** For the transaction in the making. `anew`: apart from what the generation holds already. */
  take(generation: number, anew: boolean): RecentNonces
  put(recent: RecentNonces, key: Buffer, remembered: Remembered): void
  /** Rows put by the transaction in the making. */
  added(): Buffer
  /** The transaction has failed: takes them off again. */
  undo(): void
  /** It is on disk. */
  keep(): void
  /** Puts what a row of the journal holds. */
  restore(generation: number, seq: number, rows: Buffer): void
  drop(isOver: (recent: RecentNonces) => boolean): void
}

const NOTHING = Buffer.alloc(0)

export const createGathering = (sizes: RecentSizes): Gathering => {
  let recents: readonly RecentNonces[] = []
  let pending: { recent: RecentNonces; from: number } | undefined
  /** A key is looked for, and then put. */
  let hashed: Buffer = NOTHING
  let hash = 0

  const hashOf = (key: Buffer): number => {
    if (hashed !== key) hash = hashAt(key, 0)
    hashed = key
    return hash
  }
  const add = (generation: number): RecentNonces => {
    const recent = createRecentNonces(generation, sizes)
    recents = [...recents, recent]
    return recent
  }
  const recentFor = (generation: number): RecentNonces => {
    const last = recents.at(-1)
    return last?.generation === generation && last.table.size < sizes.gathered ? last : add(generation)
  }
  const drop = (isOver: (recent: RecentNonces) => boolean) => {
    recents = recents.filter((recent) => !isOver(recent))
  }
  return {
    all: () => recents,
    pending: () => pending?.recent,
    find(key, isSeen, withPending) {
      const hash = hashOf(key)
      for (let at = recents.length - 1; at >= 0; at -= 1) {
        const recent = recents[at]
        if (!recent || !isSeen(recent)) continue
        const among = !withPending && recent === pending?.recent ? pending.from : recent.table.size
        const place = recent.table.find(key, hash, among)
        if (place >= 0) return readRow(recent.table.rows(), place)
      }
      return undefined
    },
    take(generation, anew) {
      if (pending) return pending.recent
      const recent = anew ? add(generation) : recentFor(generation)
      pending = { recent, from: recent.table.size }
      return recent
    },
    put: (recent, key, remembered) => recent.table.put(key, hashOf(key), remembered),
    added() {
      if (!pending) return NOTHING
      return Buffer.from(pending.recent.table.rows().subarray(pending.from * ROW_BYTES))
    },
    undo() {
      if (!pending) return
      const { recent, from } = pending
      recent.table.truncate(from)
      pending = undefined
      if (from === 0) drop((one) => one === recent)
    },
    keep() {
      pending = undefined
    },
    restore(generation, seq, rows) {
      const recent = recentFor(generation)
      recent.table.putRows(rows)
      recent.journaled(seq)
    },
    drop,
  }
}
