import { type DeliveredEntry, stageDelivered } from './delivered.ts'
import { expiryKey, seqKey } from './keys.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './store.ts'
import { stageUntold } from './untold.ts'

/** What a transaction delivers and finishes, written down together: a row for each group, and what is to expire in two. */
export interface Endings {
  deliver(group: number, entry: DeliveredEntry): void
  /** Nothing of the batch is held any more. */
  finish(seq: number): void
  isEmpty(): boolean
  /** @param stamp a number no transaction had before */
  write(stage: Stage, tables: Tables, stamp: number): void
}

/**
 * @param at epoch ms
 * @param isTold deliveries are to be told elsewhere
 */
export const createEndings = (at: number, isTold: boolean): Endings => {
  const delivered = new Map<number, DeliveredEntry[]>()
  const finished: number[] = []
  return {
    deliver(group, entry) {
      const entries = delivered.get(group)
      if (entries) entries.push(entry)
      else delivered.set(group, [entry])
    },
    finish: (seq) => void finished.push(seq),
    isEmpty: () => delivered.size + finished.length === 0,
    write(stage, tables, stamp) {
      for (const [group, entries] of delivered)
        stageDelivered(stage, tables.delivered, group, stamp, { at, entries })
      const expire = (what: 'delivered' | 'batch', numbers: Iterable<number>) => {
        const keys = Array.from(numbers, seqKey)
        if (keys.length > 0)
          stage.append(tables.expiry, expiryKey(what, at, seqKey(stamp)), Buffer.concat(keys))
      }
      expire('delivered', delivered.keys())
      expire('batch', finished)
      if (isTold && delivered.size > 0) stageUntold(stage, tables, stamp, delivered.keys())
    },
  }
}
