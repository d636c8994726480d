import { decodeBatch } from './batch-record.ts'
import { seqKey, seqOfUnitKey, unitKey } from './keys.ts'
import type { LaneTable } from './lane-table.ts'
import type { Tables } from './store.ts'

/** Epoch ms at which the oldest of what is held was received; undefined when nothing is. One look a lane. */
export const oldestAt = (tables: Tables, lanes: LaneTable): number | undefined => {
  let oldest: number | undefined
  for (const name of lanes.names()) {
    const slot = lanes.row(name)?.slot
    const receivedAt = slot === undefined ? undefined : firstIn(tables, slot)
    if (receivedAt !== undefined) oldest = Math.min(oldest ?? receivedAt, receivedAt)
  }
  return oldest
}

/** A lane holds its units in order of arrival: the first is the oldest. */
const firstIn = ({ units, batches }: Tables, slot: number): number | undefined => {
  for (const key of units.getKeys({ start: unitKey(slot, 0), end: unitKey(slot + 1, 0), limit: 1 })) {
    const bytes = batches.getBinary(seqKey(seqOfUnitKey(key)))
    if (bytes) return decodeBatch(bytes).receivedAt
  }
  return undefined
}
