import { seqKey } from './keys.ts'
import { orderedSource, type RowSource } from './nonce-merge.ts'
import { orderOf } from './nonce-order.ts'
import { createNonceTable, type NonceTable } from './nonce-table.ts'
import type { Stage } from './stage.ts'
import type { Table } from './store.ts'

/** Nonces of one generation that are in the journal and not yet in a run. */
export interface RecentNonces {
  readonly generation: number
  readonly table: NonceTable
  /** Rows of the journal that hold them. */
  readonly seqs: readonly number[]
  /** All rows are in the journal now, the last ones in this row of it. */
  journaled(seq: number): void
  /** Brings what has come together into order, as long as that is a slice. */
  tidy(): void
  /** Their rows in order: nothing may be gathered any more. */
  sources(): RowSource[]
}

export type RecentSizes = {
  /** Room for so many from the beginning: growing would make a transaction wait. */
  gathered: number
  /** Rows brought into order in one go, for the same reason. */
  slice: number
}

export const createRecentNonces = (generation: number, { gathered, slice }: RecentSizes): RecentNonces => {
  // And a slice more: the transaction that makes them enough may bring many.
  const table = createNonceTable(gathered + slice)
  const orders: Uint32Array[] = []
  const seqs: number[] = []
  let ordered = 0
  const orderUpTo = (to: number) => {
    orders.push(orderOf(table.rows(), ordered, to))
    ordered = to
  }
  return {
    generation,
    table,
    seqs,
    journaled(seq) {
      seqs.push(seq)
    },
    tidy() {
      while (table.size - ordered >= slice) orderUpTo(ordered + slice)
    },
    sources() {
      while (table.size > ordered) orderUpTo(Math.min(table.size, ordered + slice))
      const rows = table.rows()
      return orders.map((order) => orderedSource(rows, order))
    },
  }
}

/** A row of the journal: generation u8, then rows. */
export const stageJournal = (stage: Stage, journal: Table, seq: number, generation: number, rows: Buffer) =>
  stage.append(journal, seqKey(seq), Buffer.concat([Buffer.of(generation), rows]))

export const journalRowOf = (bytes: Buffer): { generation: number; rows: Buffer } => ({
  generation: bytes.readUInt8(0),
  rows: bytes.subarray(1),
})
