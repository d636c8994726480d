import { unitKey } from './keys.ts'
import type { Stage } from './stage.ts'
import type { Table } from './store.ts'
import { decodeUnit, encodeUnit, holdsBatch, type Share, type Unit } from './unit.ts'

/** Units as a transaction sees and changes them: many entries of one may settle in it, and it is written once. */
export interface UnitChanges {
  /** To read, and to change where `changed` follows. */
  get(slot: number, group: number): Unit | undefined
  /** Whether anything of the batch is left in one of the lanes. */
  isHeld(slots: readonly number[], group: number, seq: number): boolean
  changed(slot: number, group: number): void
  add(slot: number, group: number, seq: number, share: Share): void
  write(stage: Stage): void
  size(): number
}

type Known = { slot: number; group: number; unit: Unit | undefined }

/** A group stays below it: slot and group together are one exact number. */
const GROUPS = 2 ** 37

export const changeUnits = (table: Table): UnitChanges => {
  const known = new Map<number, Known>()
  const changes = new Set<Known>()
  /** Of a batch, a lane that held some of it when last asked. Of a hundred lanes the last ones have their turn last. */
  const holders = new Map<number, number>()
  const read = (slot: number, group: number): Unit | undefined => {
    const bytes = table.getBinaryFast(unitKey(slot, group))
    return bytes && decodeUnit(group, bytes)
  }
  const remember = (one: Known): Known => {
    known.set(one.slot * GROUPS + one.group, one)
    return one
  }
  /** Who reads a unit changes it next. */
  let last: Known | undefined
  const recall = (slot: number, group: number): Known => {
    if (last?.slot === slot && last.group === group) return last
    last = known.get(slot * GROUPS + group) ?? remember({ slot, group, unit: read(slot, group) })
    return last
  }
  const holds = (slot: number, group: number, seq: number): boolean => {
    const one = known.get(slot * GROUPS + group)
    if (one) return one.unit?.has(seq) === true
    const bytes = table.getBinaryFast(unitKey(slot, group))
    return bytes !== undefined && holdsBatch(group, bytes, seq)
  }
  return {
    get: (slot, group) => recall(slot, group).unit,
    isHeld(slots, group, seq) {
      const before = holders.get(seq)
      if (before !== undefined && holds(before, group, seq)) return true
      const holder = slots.findLast((slot) => holds(slot, group, seq))
      if (holder !== undefined) holders.set(seq, holder)
      return holder !== undefined
    },
    changed: (slot, group) => void changes.add(recall(slot, group)),
    add(slot, group, seq, share) {
      // What a group is made of comes in one transaction: there is nothing on disk yet.
      const one = known.get(slot * GROUPS + group) ?? remember({ slot, group, unit: new Map() })
      one.unit?.set(seq, share)
      changes.add(one)
    },
    write(stage) {
      for (const { slot, group, unit } of changes)
        if (unit && unit.size > 0) stage.append(table, unitKey(slot, group), encodeUnit(group, unit))
        else stage.remove(table, unitKey(slot, group))
    },
    size: () => changes.size,
  }
}
