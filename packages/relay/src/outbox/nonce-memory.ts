import type { Kind } from '@wmkt/protocol'
import { nonceKey } from './keys.ts'
import type { Table, Tables } from './store.ts'
import type { Transaction } from './transaction.ts'

/** How long a generation takes new nonces: each is remembered that long at least, and twice as long at most. */
export const GENERATION_MS = 30 * 24 * 3_600_000

export type Remembered = { fingerprint: Buffer; seq: number; index: number }

const VALUE_BYTES = 16

export const encodeRemembered = (fingerprint: Uint8Array, seq: number, index: number): Buffer => {
  const bytes = Buffer.alloc(VALUE_BYTES)
  bytes.set(fingerprint.subarray(0, 8), 0)
  bytes.writeUIntBE(seq, 8, 6)
  bytes.writeUInt16BE(index, 14)
  return bytes
}

const decodeRemembered = (bytes: Buffer): Remembered => ({
  fingerprint: bytes.subarray(0, 8),
  seq: bytes.readUIntBE(8, 6),
  index: bytes.readUInt16BE(14),
})

type Read = (table: Table, key: Buffer) => Buffer | undefined

/** Where the nonce was put, as far as it is remembered; `read` looks into one table. */
export const recall = (read: Read, nonces: Tables['nonces'], key: Buffer): Remembered | undefined => {
  const bytes = read(nonces[0], key) ?? read(nonces[1], key)
  return bytes && decodeRemembered(bytes)
}

export const remember = (
  transaction: Transaction,
  kind: Kind,
  nonce: string,
  { fingerprint, seq, index }: { fingerprint: Uint8Array; seq: number; index: number },
): void => {
  const { nonces } = transaction.tables
  const key = nonceKey(kind, nonce)
  const table = nonces[transaction.books().generation === 0 ? 0 : 1]
  transaction.stage.put(table, key, encodeRemembered(fingerprint, seq, index))
  const other = nonces[transaction.books().generation === 0 ? 1 : 0]
  if (transaction.stage.has(other, key)) transaction.stage.remove(other, key)
}

/** Drops the older generation and begins a new one, when the present one has had its time. */
export const rotateNonces = (transaction: Transaction, now: number): boolean => {
  const { generation, rotatedAt } = transaction.books()
  if (now - rotatedAt < GENERATION_MS) return false
  const next = generation === 0 ? 1 : 0
  transaction.stage.clear(transaction.tables.nonces[next])
  transaction.turn({ generation: next, rotatedAt: now })
  return true
}
