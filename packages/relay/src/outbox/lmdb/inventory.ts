import type { Kind } from '@wmkt/protocol'
import type { Fingerprint } from '../fingerprint.ts'
import { KEY_BYTES, type NonceKey, nonceKey } from '../nonce-key.ts'
import type { EntryRef } from '../outbox.ts'
import { openBatch } from './batch-record.ts'
import { seqKey } from './keys.ts'
import { journalRowOf } from './nonces/recent.ts'
import { bytesOf, type Remembered, ROW_BYTES, type Rows, readRow, rowsOver } from './nonces/row.ts'
import type { Table, Tables } from './store.ts'

/** A nonce as the nonce memory has it: its key, kind included, and the fingerprint it came with. */
export type KnownNonce = { key: Uint8Array; fingerprint: Fingerprint }

/** What one must know of an outbox to carry it elsewhere, beside what it tells everybody. */
export interface Inventory {
  /** Of a held entry. */
  originOf(entry: { kind: Kind; nonce: string; ref: EntryRef }): {
    fingerprint: Fingerprint
    receivedAt: number
  }
  fingerprintOf(kind: Kind, nonce: string): Fingerprint
  nonceCount(): number
  /** Every nonce that is remembered, some of them twice. */
  nonces(): Iterable<KnownNonce>
}

type Stock = Pick<Tables, 'batches' | 'noncePages' | 'journal'>

export const createInventory = (
  tables: Stock,
  recall: (key: NonceKey) => Remembered | undefined,
): Inventory => {
  const fingerprintOf = (kind: Kind, nonce: string): Fingerprint => {
    const key = nonceKey(kind, nonce)
    return (key && recall(key)?.fingerprint) ?? 0
  }
  return {
    fingerprintOf,
    originOf({ kind, nonce, ref }) {
      const bytes = tables.batches.getBinary(seqKey(ref.seq))
      return {
        fingerprint: fingerprintOf(kind, nonce),
        receivedAt: bytes ? openBatch(bytes).receivedAt : 0,
      }
    },
    nonceCount() {
      let count = 0
      for (const rows of everyPage(tables)) count += rows.byteLength / ROW_BYTES
      return count
    },
    *nonces() {
      for (const rows of everyPage(tables))
        for (let at = 0; at < rows.byteLength; at += ROW_BYTES)
          yield {
            key: bytesOf(rows).subarray(at, at + KEY_BYTES),
            fingerprint: readRow(rows, at).fingerprint,
          }
    },
  }
}

/** Read one by one: whoever walks through them slowly must not pin an old snapshot. */
function* everyPage({ noncePages, journal }: Stock): Generator<Rows> {
  for (const page of valuesOf(noncePages)) yield rowsOver(page)
  for (const row of valuesOf(journal)) yield journalRowOf(row).rows
}

function* valuesOf(table: Table): Generator<Buffer> {
  for (const key of [...table.getKeys()]) {
    const value = table.getBinary(key)
    if (value) yield Buffer.from(value)
  }
}
