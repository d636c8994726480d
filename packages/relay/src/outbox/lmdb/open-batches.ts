import { createNumberMap } from '../number-map.ts'
import { type OpenBatch, openBatch } from './batch-record.ts'
import { seqKey } from './keys.ts'
import type { Table } from './store.ts'

/** Batches of which something is leased and yet to be read: taken from disk once, for all lanes that have their part in them. */
export interface OpenBatches {
  /**
   * For one more entry of it.
   *
   * @throws Error when there is no such batch
   */
  take(seq: number): OpenBatch
  /** One entry less. */
  leave(seq: number): void
  /** What lies on disk may have changed: who leases next has it read anew. */
  forget(): void
}

type Place = { batch: OpenBatch; entries: number }

export const createOpenBatches = (batches: Table): OpenBatches => {
  let places: (Place | undefined)[] = []
  let free: number[] = []
  /** Of a batch, its place. */
  let known = createNumberMap()
  const read = (seq: number): OpenBatch => {
    const bytes = batches.getBinary(seqKey(seq))
    if (!bytes) throw new Error(`batch ${seq} is held and not there`)
    return openBatch(bytes)
  }
  const open = (seq: number): Place => {
    const place = { batch: read(seq), entries: 0 }
    const at = free.pop() ?? places.length
    places[at] = place
    known.set(seq, at)
    return place
  }
  const find = (seq: number): Place | undefined => {
    const at = known.get(seq)
    return at === undefined ? undefined : places[at]
  }
  const close = (seq: number) => {
    const at = known.get(seq)
    if (at === undefined) return
    known.delete(seq)
    places[at] = undefined
    free.push(at)
  }
  return {
    take(seq) {
      const place = find(seq) ?? open(seq)
      place.entries += 1
      return place.batch
    },
    leave(seq) {
      const place = find(seq)
      // More may leave than came: entries of before `forget`, or what is settled a second time. Then it is closed early, and read once more.
      if (place && --place.entries <= 0) close(seq)
    },
    forget() {
      places = []
      free = []
      known = createNumberMap()
    },
  }
}
