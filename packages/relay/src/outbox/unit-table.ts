import { unitKey } from './keys.ts'
import type { Stage } from './stage.ts'
import type { Table } from './store.ts'
import { decodeUnit, encodeUnit, type Unit } from './unit.ts'

/** Units as a transaction sees and changes them: many entries of one unit may settle in it, which is written once. */
export interface UnitChanges {
  get(slot: number, seq: number): Unit | undefined
  put(slot: number, seq: number, unit: Unit): void
  remove(slot: number, seq: number): void
  write(stage: Stage): void
  readonly size: number
}

type Change = { slot: number; seq: number; unit: Unit | undefined }

/** seq stays below it: slot and seq together are one exact number. */
const SEQS = 2 ** 37

export const changeUnits = (table: Table): UnitChanges => {
  const changed = new Map<number, Change>()
  const set = (slot: number, seq: number, unit: Unit | undefined) =>
    changed.set(slot * SEQS + seq, { slot, seq, unit })
  return {
    get(slot, seq) {
      const change = changed.get(slot * SEQS + seq)
      if (change) return change.unit
      const bytes = table.getBinaryFast(unitKey(slot, seq))
      return bytes && decodeUnit(bytes)
    },
    put: set,
    remove: (slot, seq) => set(slot, seq, undefined),
    write(stage) {
      for (const { slot, seq, unit } of changed.values())
        if (unit) stage.append(table, unitKey(slot, seq), encodeUnit(unit))
        else stage.remove(table, unitKey(slot, seq))
    },
    get size() {
      return changed.size
    },
  }
}
