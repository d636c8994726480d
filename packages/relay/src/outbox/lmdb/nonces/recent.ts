import { seqKey } from '../keys.ts'
import type { Stage } from '../stage.ts'
import type { Table } from '../store.ts'
import { orderedSource, type RowSource } from './merge.ts'
import { orderOf } from './order.ts'
import { type Rows, rowsOver } from './row.ts'
import type { NonceTable } from './table.ts'

/** Nonces of one generation that are in the journal and not yet in a run. */
export interface RecentNonces {
  readonly generation: number
  readonly table: NonceTable
  /** Rows of the journal that hold them. */
  readonly seqs: readonly number[]
  /** All rows are in the journal now, the last ones in this row of it. */
  journaled(seq: number): void
  /** Their rows in order: nothing may be gathered any more. */
  inOrder(): RowSource
}

export type RecentSizes = {
  /** Enough to be made a run. */
  gathered: number
  /** Room for so many from the beginning: growing would make a transaction wait. */
  room: number
}

/** @param table an empty one */
export const createRecentNonces = (generation: number, table: NonceTable): RecentNonces => {
  const seqs: number[] = []
  return {
    generation,
    table,
    seqs,
    journaled(seq) {
      seqs.push(seq)
    },
    inOrder: () => orderedSource(table.rows(), orderOf(table.rows())),
  }
}

/** A row of the journal: generation u8, then rows. */
export const stageJournal = (stage: Stage, journal: Table, seq: number, generation: number, rows: Buffer) =>
  stage.append(journal, seqKey(seq), Buffer.concat([Buffer.of(generation), rows]))

export const journalRowOf = (bytes: Buffer): { generation: number; rows: Rows } => ({
  generation: bytes.readUInt8(0),
  rows: rowsOver(bytes.subarray(1)),
})
