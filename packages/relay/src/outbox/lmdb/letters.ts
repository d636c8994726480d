import { type Kind, NONCE_PATTERN } from '@wmkt/protocol'
import { STEPS } from '../ledger.ts'
import { nonceKey } from '../nonce-key.ts'
import type { DeadLetter, Lane } from '../outbox.ts'
import { encodeBatch } from './batch-record.ts'
import { afterPrefix, expiryKey, letterPrefix, nonceOfLetterKey, seqKey } from './keys.ts'
import { decodeLetter, type LetterRecord } from './letter-record.ts'
import type { Table } from './store.ts'
import type { Transaction } from './transaction.ts'
import { freshEntry } from './unit.ts'

export type KeyedLetter = { key: Buffer; nonce: string; kind: Kind; letter: LetterRecord }

const keyedLetter = (key: Buffer, value: Buffer): KeyedLetter => ({
  key,
  ...nonceOfLetterKey(key),
  letter: decodeLetter(value),
})

export const deadLetterOf = ({ nonce, kind, letter }: KeyedLetter): DeadLetter => {
  const { fingerprint, ...rest } = letter
  return { nonce, kind, ...rest }
}

/** The first dead letter of a nonce. */
export const findLetter = (letters: Table, nonce: string, kind?: Kind): KeyedLetter | undefined => {
  if (!NONCE_PATTERN.test(nonce)) return undefined
  const start = letterPrefix(nonce, kind)
  for (const { key, value } of letters.getRange({ start, end: afterPrefix(start), limit: 1 }))
    return keyedLetter(key, value)
  return undefined
}

/** All dead letters in order of nonce. */
export function* lettersAfter(letters: Table, nonce?: string): Generator<DeadLetter> {
  let start = nonce === undefined ? Buffer.from([1]) : afterPrefix(letterPrefix(nonce))
  for (;;) {
    const page = [...letters.getRange({ start, limit: PAGE })]
    for (const { key, value } of page) yield deadLetterOf(keyedLetter(key, value))
    const last = page.at(-1)
    if (page.length < PAGE || !last) return
    start = Buffer.concat([last.key, Buffer.from([0])])
  }
}

/** Letters read at a time: whoever lists them slowly must not pin the pages of an old snapshot. */
const PAGE = 64

/** Buried → held, as a batch of its own whose record and index are the old ones. */
export const redriveLetter = (
  transaction: Transaction,
  found: KeyedLetter,
  onPut: (lanes: readonly Lane[]) => void,
): void => {
  const { stage, tables } = transaction
  const { nonce, kind, letter } = found
  const { index, receivedAt, record, fingerprint } = letter
  const seq = transaction.takeSeq()
  const { lane, slot } = transaction.lanes.roomFor(letter.lane)
  transaction.lanes.enter(lane, 1)
  const group = transaction.groupFor(seq, 1)
  const head = { receivedAt, group, entries: [{ index, kind, nonce }], slots: [slot] }
  removeLetter(transaction, found)
  stage.append(tables.batches, seqKey(seq), encodeBatch(head, record, Buffer.allocUnsafe))
  transaction.units.add(slot, group, seq, { others: [], entries: [freshEntry(index)] })
  const nonceAt = nonceKey(kind, nonce)
  if (nonceAt) transaction.nonces.remember(nonceAt, { fingerprint, seq, index })
  transaction.count(STEPS.redrive)
  transaction.afterwards(() => onPut([lane]))
}

/** Buried → dropped. */
export const dropLetter = (transaction: Transaction, found: KeyedLetter): void => {
  removeLetter(transaction, found)
  transaction.count(STEPS.drop)
}

const removeLetter = ({ stage, tables }: Transaction, { key, letter }: KeyedLetter) => {
  stage.remove(tables.letters, key)
  stage.remove(tables.expiry, expiryKey('letter', letter.buriedAt, key))
}
