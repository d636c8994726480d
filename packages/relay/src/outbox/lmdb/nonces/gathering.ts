import type { NonceKey } from '../../nonce-key.ts'
import { createRecentNonces, type RecentNonces, type RecentSizes } from './recent.ts'
import { bytesOf, type Remembered, ROW_BYTES, type Rows, readRow } from './row.ts'
import { createNonceTable, hashOf, type NonceTable } from './table.ts'

/** What a transaction adds: rows from `from` on, to one of the recents; undefined before the first of them. */
export type Layer = { recent: RecentNonces | undefined; from: number }

/** The nonces that are in no run yet, with those of the transactions in the making among them. */
export interface Gathering {
  /** Oldest first; only the last one gathers. */
  all(): readonly RecentNonces[]
  /** Whether rows are in it that are not on disk yet. */
  isPending(recent: RecentNonces): boolean
  /** @param isSeen which to look at @param withPending also at what is not on disk yet */
  find(key: NonceKey, isSeen: (recent: RecentNonces) => boolean, withPending: boolean): Remembered | undefined
  /** For a new transaction. One whose commit is under way stays below it; else whatever there was has failed and is taken off again. */
  begin(isAhead: boolean): Layer
  /** Where the layer puts its rows. `anew`: apart from what the generation holds already. */
  take(layer: Layer, generation: number, anew: boolean): RecentNonces
  put(recent: RecentNonces, key: NonceKey, remembered: Remembered): void
  /** Rows of the layer, as long as there is none above it. */
  added(layer: Layer): Buffer
  /** Takes the topmost layer's rows off again. */
  undo(layer: Layer): void
  /** It is on disk. */
  keep(layer: Layer): void
  /** Puts what a row of the journal holds. */
  restore(generation: number, seq: number, rows: Rows): void
  /** Nobody may read of these any more: their tables are used again. */
  drop(isOver: (recent: RecentNonces) => boolean): void
}

const NOTHING = Buffer.alloc(0)

export const createGathering = (sizes: RecentSizes): Gathering => {
  let recents: readonly RecentNonces[] = []
  /** Those not on disk yet: the one whose commit is under way, then the one in the making. */
  let layers: readonly Layer[] = []
  /** Of one that was dropped: its megabytes lie outside V8's heap, and would wait there for a collection of all of that. */
  let spare: NonceTable | undefined
  /** A key is looked for, and then put. */
  let hashed: NonceKey | undefined
  let hash = 0

  const hashFor = (key: NonceKey): number => {
    if (hashed !== key) hash = hashOf(key)
    hashed = key
    return hash
  }
  const add = (generation: number): RecentNonces => {
    const recent = createRecentNonces(generation, spare ?? createNonceTable(sizes.room))
    spare = undefined
    recents = [...recents, recent]
    return recent
  }
  const recentFor = (generation: number): RecentNonces => {
    const last = recents.at(-1)
    return last?.generation === generation && last.table.size() < sizes.gathered ? last : add(generation)
  }
  const drop = (isOver: (recent: RecentNonces) => boolean) => {
    for (const { table } of recents.filter(isOver)) {
      table.clear()
      spare = table
    }
    recents = recents.filter((recent) => !isOver(recent))
  }
  const onDiskIn = (recent: RecentNonces): number =>
    layers.find((layer) => layer.recent === recent)?.from ?? recent.table.size()
  const undo = (layer: Layer) => {
    const { recent, from } = layer
    layer.recent = undefined
    recent?.table.truncate(from)
    if (recent && from === 0) drop((one) => one === recent)
  }
  return {
    all: () => recents,
    isPending: (recent) => layers.some((layer) => layer.recent === recent),
    find(key, isSeen, withPending) {
      const hash = hashFor(key)
      for (let at = recents.length - 1; at >= 0; at -= 1) {
        const recent = recents[at]
        if (!recent || !isSeen(recent)) continue
        const place = recent.table.find(key, hash, withPending ? recent.table.size() : onDiskIn(recent))
        if (place >= 0) return readRow(recent.table.rows(), place)
      }
      return undefined
    },
    begin(isAhead) {
      if (!isAhead) for (const layer of layers.toReversed()) undo(layer)
      const layer = { recent: undefined, from: 0 }
      layers = isAhead ? [...layers, layer] : [layer]
      return layer
    },
    take(layer, generation, anew) {
      if (layer.recent) return layer.recent
      layer.recent = anew ? add(generation) : recentFor(generation)
      layer.from = layer.recent.table.size()
      return layer.recent
    },
    put: (recent, key, remembered) => recent.table.put(key, hashFor(key), remembered),
    added({ recent, from }) {
      return recent ? Buffer.from(bytesOf(recent.table.rows()).subarray(from * ROW_BYTES)) : NOTHING
    },
    undo,
    keep(layer) {
      layers = layers.filter((one) => one !== layer)
    },
    restore(generation, seq, rows) {
      const recent = recentFor(generation)
      recent.table.putRows(rows)
      recent.journaled(seq)
    },
    drop,
  }
}
