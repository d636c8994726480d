import { decodeBatch } from './batch-record.ts'
import { deliveredKey, type Expiring, expiringKeyOf, expiryKey, seqOfKey } from './keys.ts'
import { STEPS } from './ledger.ts'
import type { Transaction } from './transaction.ts'

/** Rows removed in one transaction: appends queue behind deletes, so these come in small helpings. */
export const HELPING = 64

const NO_KEY = Buffer.alloc(0)

/** Removes up to a helping of what was kept since `until` (epoch ms) or longer. Returns how many. */
export const expire = (transaction: Transaction, what: Expiring, until: number): number => {
  if (until < 0) return 0
  const { stage, tables } = transaction
  const range = { start: expiryKey(what, 0, NO_KEY), end: expiryKey(what, until + 1, NO_KEY), limit: HELPING }
  const due = [...tables.expiry.getKeys(range)].filter((key) => stage.has(tables.expiry, key))
  for (const key of due) {
    stage.remove(tables.expiry, key)
    if (what === 'batch') removeBatch(transaction, expiringKeyOf(key))
    else dropExpired(transaction, expiringKeyOf(key))
  }
  return due.length
}

const removeBatch = ({ stage, tables }: Transaction, key: Buffer) => {
  const bytes = stage.get(tables.batches, key)
  if (!bytes) return
  for (const { index } of decodeBatch(bytes).entries)
    stage.remove(tables.delivered, deliveredKey(seqOfKey(key), index))
  stage.remove(tables.batches, key)
}

const dropExpired = (transaction: Transaction, key: Buffer) => {
  const { stage, tables } = transaction
  if (!stage.has(tables.letters, key)) return
  stage.remove(tables.letters, key)
  transaction.count(STEPS.drop)
}
