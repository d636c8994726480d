import { MAX_NAMED_LANES, overflowLaneOf } from '../lane.ts'
import type { Lane } from '../outbox.ts'
import { decodeLaneRow, encodeLaneRow, type LaneRow } from './lane-row.ts'
import type { Stage } from './stage.ts'
import type { Table } from './store.ts'

/** The lanes that hold entries, by name and by slot. Only these cost memory. */
export interface LaneTable {
  names(): readonly Lane[]
  row(lane: Lane): LaneRow | undefined
  nameOf(slot: number): Lane | undefined
  /**
   * Changes to make together with a transaction.
   *
   * @param after those of one whose commit is under way: they count as made
   */
  begin(after?: LaneChanges): LaneChanges
}

export interface LaneChanges {
  /** Where entries of a lane go: into an overflow lane when there are too many lanes already. Until some have entered, it is held for nothing. */
  roomFor(lane: Lane): { lane: Lane; slot: number }
  /** More entries, of a lane with room. */
  enter(lane: Lane, entries: number): void
  /** One entry less. */
  leave(lane: Lane): void
  slotOf(lane: Lane): number | undefined
  /** As changed here; undefined when it is not, or when the transaction is done. */
  changedRow(lane: Lane): LaneRow | undefined
  /** Slots that are taken here, until the transaction is done. */
  taken(): ReadonlySet<number>
  write(stage: Stage): void
  /** The transaction is done. Returns the lanes that hold nothing any more. */
  settle(): Lane[]
}

const NONE: ReadonlySet<number> = new Set()

export const openLaneTable = (table: Table): LaneTable => {
  const rows = new Map<Lane, LaneRow>()
  const names = new Map<number, Lane>()
  const install = (lane: Lane, row: LaneRow) => {
    rows.set(lane, row)
    names.set(row.slot, lane)
  }
  const forget = (lane: Lane, { slot }: LaneRow) => {
    rows.delete(lane)
    names.delete(slot)
  }
  for (const { key, value } of table.getRange()) install(key.toString(), decodeLaneRow(value))

  const begin = (after?: LaneChanges): LaneChanges => {
    const changed = new Map<Lane, LaneRow>()
    const taken = new Set<number>()
    let isDone = false
    let before = after
    const takenBefore = after?.taken() ?? NONE
    const rowBefore = (lane: Lane) => before?.changedRow(lane) ?? rows.get(lane)
    const rowOf = (lane: Lane) => changed.get(lane) ?? rowBefore(lane)
    const freeSlot = (): number => {
      let slot = 0
      while (names.has(slot) || taken.has(slot) || takenBefore.has(slot)) slot += 1
      taken.add(slot)
      return slot
    }
    const laneFor = (lane: Lane): Lane =>
      rowOf(lane) || rows.size + taken.size + takenBefore.size < MAX_NAMED_LANES ? lane : overflowLaneOf(lane)
    /** The transaction's own row: it may be changed. */
    const ownRow = (lane: Lane): LaneRow => {
      const known = changed.get(lane)
      if (known) return known
      const row = { ...(rowBefore(lane) ?? { slot: freeSlot(), held: 0 }) }
      changed.set(lane, row)
      return row
    }
    const add = (lane: Lane, entries: number): void => {
      ownRow(lane).held += entries
    }
    return {
      roomFor(wanted) {
        const lane = laneFor(wanted)
        return { lane, slot: ownRow(lane).slot }
      },
      enter: add,
      leave: (lane) => add(lane, -1),
      slotOf: (lane) => rowOf(lane)?.slot,
      changedRow: (lane) => (isDone ? undefined : changed.get(lane)),
      taken: () => taken,
      write(stage) {
        for (const [lane, row] of changed)
          if (row.held > 0) stage.put(table, Buffer.from(lane), encodeLaneRow(row))
          else stage.remove(table, Buffer.from(lane))
      },
      settle() {
        isDone = true
        taken.clear()
        // Else each would keep all that ever were.
        before = undefined
        const empty = [...changed].filter(([, row]) => row.held <= 0)
        for (const [lane, row] of changed) install(lane, row)
        for (const [lane, row] of empty) forget(lane, row)
        return empty.map(([lane]) => lane)
      },
    }
  }
  return {
    names: () => [...rows.keys()],
    row: (lane) => rows.get(lane),
    nameOf: (slot) => names.get(slot),
    begin,
  }
}
