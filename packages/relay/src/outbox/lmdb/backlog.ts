import { openBatch } from './batch-record.ts'
import { groupOfUnitKey, seqKey, unitKey } from './keys.ts'
import type { LaneTable } from './lane-table.ts'
import type { Tables } from './store.ts'
import { decodeUnit } from './unit.ts'

/**
 * Since when the oldest of what is held waits (epoch ms); undefined when nothing is held. One look a lane; a batch, which
 * may be large and in many lanes, is read once and not again while it stays the first of one.
 */
export const createBacklogAge = (tables: Tables, lanes: LaneTable): (() => number | undefined) => {
  let before = new Map<number, number>()
  return () => {
    const now = new Map<number, number>()
    for (const name of lanes.names()) {
      const seq = firstSeqIn(tables, lanes.row(name)?.slot)
      if (seq === undefined || now.has(seq)) continue
      const receivedAt = before.get(seq) ?? receivedAtOf(tables, seq)
      if (receivedAt !== undefined) now.set(seq, receivedAt)
    }
    before = now
    return [...now.values()].reduce<number | undefined>((oldest, at) => Math.min(oldest ?? at, at), undefined)
  }
}

/** A lane holds its units in order of arrival: the first is the oldest. */
const firstSeqIn = ({ units }: Tables, slot: number | undefined): number | undefined => {
  if (slot === undefined) return undefined
  const range = { start: unitKey(slot, 0), end: unitKey(slot + 1, 0), limit: 1 }
  for (const { key, value } of units.getRange(range))
    for (const seq of decodeUnit(groupOfUnitKey(key), value).keys()) return seq
  return undefined
}

const receivedAtOf = ({ batches }: Tables, seq: number): number | undefined => {
  const bytes = batches.getBinary(seqKey(seq))
  return bytes && openBatch(bytes).receivedAt
}
