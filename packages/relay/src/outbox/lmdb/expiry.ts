import { STEPS } from '../ledger.ts'
import { deliveredKey, type Expiring, expiringKeyOf, expiryKey, seqKey, seqOfKey } from './keys.ts'
import type { Transaction } from './transaction.ts'

/** Rows expired in one transaction: appends queue behind deletes, and a row may name hundreds of batches. */
export const HELPING = 8

const NO_KEY = Buffer.alloc(0)

/** Removes up to a helping of what was kept since `until` (epoch ms) or longer. Returns how many. */
export const expire = (transaction: Transaction, what: Expiring, until: number): number => {
  if (until < 0) return 0
  const { stage, tables } = transaction
  const range = { start: expiryKey(what, 0, NO_KEY), end: expiryKey(what, until + 1, NO_KEY), limit: HELPING }
  const due = [...tables.expiry.getKeys(range)].filter((key) => stage.has(tables.expiry, key))
  for (const key of due) {
    stage.remove(tables.expiry, key)
    EXPIRE[what](transaction, key)
  }
  return due.length
}

/** What a row of `expiry` names, six bytes a number. */
const namedIn = ({ tables }: Transaction, key: Buffer): number[] => {
  const value = tables.expiry.getBinary(key) ?? NO_KEY
  return Array.from({ length: value.length / 6 }, (_, at) => value.readUIntBE(6 * at, 6))
}

const removeBatches = (transaction: Transaction, key: Buffer) => {
  for (const seq of namedIn(transaction, key))
    transaction.stage.remove(transaction.tables.batches, seqKey(seq))
}

const removeDelivered = (transaction: Transaction, key: Buffer) => {
  const { stage, tables } = transaction
  const stamp = seqOfKey(expiringKeyOf(key))
  for (const group of namedIn(transaction, key)) stage.remove(tables.delivered, deliveredKey(group, stamp))
}

const dropLetter = (transaction: Transaction, expiry: Buffer) => {
  const { stage, tables } = transaction
  const key = expiringKeyOf(expiry)
  if (!stage.has(tables.letters, key)) return
  stage.remove(tables.letters, key)
  transaction.count(STEPS.drop)
}

const EXPIRE: Record<Expiring, (transaction: Transaction, key: Buffer) => void> = {
  batch: removeBatches,
  delivered: removeDelivered,
  letter: dropLetter,
}
