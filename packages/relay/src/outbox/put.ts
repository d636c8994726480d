import { NONCE_PATTERN } from '@wmkt/protocol'
import { encodeBatch, type HeadEntry } from './batch-record.ts'
import { Declined } from './group-commit.ts'
import { afterPrefix, letterPrefix, nonceKey, seqKey, unitKey } from './keys.ts'
import { decodeLetter } from './letter-record.ts'
import { encodeRemembered, recall } from './nonce-memory.ts'
import { type Intake, type Lane, type NewEntry, OutboxFull, type PutOutcome } from './outbox.ts'
import type { Room } from './room.ts'
import type { Transaction } from './transaction.ts'
import { encodeUnit, freshEntry } from './unit.ts'

const MAX_LANE_LENGTH = 256

/** What an entry costs beside its record, about. */
const ENTRY_BYTES = 160

export type PutLimits = {
  /** Entries held before puts are refused. */
  maxBacklog: number
  room: Room
}

type Judged = { entry: NewEntry; key: Buffer; outcome: PutOutcome }

/** Stages what of the intake is new. Tells the lanes that got entries once they are on disk. */
export const putIntake = (
  transaction: Transaction,
  intake: Intake,
  { maxBacklog, room }: PutLimits,
  onPut: (lanes: readonly Lane[]) => void,
): PutOutcome[] => {
  assertStorable(intake.entries)
  const judged = judge(transaction, intake.entries)
  const fresh = judged.filter(({ outcome }) => outcome === 'accepted')
  if (fresh.length > 0 && transaction.ledger().held >= maxBacklog)
    throw new Declined(new OutboxFull('backlog'))
  if (fresh.length > 0) room.assertFor(intake.record.length + fresh.length * ENTRY_BYTES)
  const duplicates = judged.filter(({ outcome }) => outcome === 'duplicate').length
  transaction.count({ received: fresh.length, held: fresh.length, duplicates })
  if (fresh.length > 0) {
    const lanes = store(transaction, intake, fresh)
    transaction.afterwards(() => onPut(lanes))
  }
  return judged.map(({ outcome }) => outcome)
}

/** Keys are made of these; a key that does not fit would break a transaction in the middle. */
const assertStorable = (entries: readonly NewEntry[]): void => {
  const odd = entries.find(
    ({ nonce, index, lane }) => !NONCE_PATTERN.test(nonce) || index > 65_535 || lane.length > MAX_LANE_LENGTH,
  )
  if (odd)
    throw new Declined(new TypeError(`put: entry ${odd.index} has a nonce, index or lane out of bounds`))
}

const judge = (transaction: Transaction, entries: readonly NewEntry[]): Judged[] => {
  const inBatch = new Map<string, Uint8Array>()
  return entries.map((entry) => {
    const key = nonceKey(entry.kind, entry.nonce)
    const name = key.toString('latin1')
    const before = inBatch.get(name) ?? fingerprintOf(transaction, entry, key)
    if (before === undefined) inBatch.set(name, entry.fingerprint)
    return { entry, key, outcome: outcomeOf(before, entry.fingerprint) }
  })
}

const outcomeOf = (before: Uint8Array | undefined, now: Uint8Array): PutOutcome => {
  if (before === undefined) return 'accepted'
  return Buffer.compare(before, now) === 0 ? 'duplicate' : 'conflict'
}

const fingerprintOf = (transaction: Transaction, entry: NewEntry, key: Buffer): Uint8Array | undefined =>
  recall(transaction.stage.get, transaction.tables.nonces, key)?.fingerprint ??
  buriedFingerprint(transaction, entry)

/** Dead letters may outlive the memory of their nonces. */
const buriedFingerprint = (transaction: Transaction, { kind, nonce }: NewEntry): Uint8Array | undefined => {
  if (transaction.ledger().buried === 0) return undefined
  const start = letterPrefix(nonce, kind)
  const letters = transaction.tables.letters.getRange({ start, end: afterPrefix(start), limit: 1 })
  for (const { value } of letters) return decodeLetter(value).fingerprint
  return undefined
}

const store = (transaction: Transaction, intake: Intake, fresh: readonly Judged[]): Lane[] => {
  const { stage, tables } = transaction
  const seq = transaction.takeSeq()
  const [current, slots] = [
    tables.nonces[transaction.books().generation === 0 ? 0 : 1],
    new Map<number, Lane>(),
  ]
  const entries = fresh.map(({ entry, key }): HeadEntry => {
    const { lane, slot } = transaction.lanes.enter(entry.lane)
    slots.set(slot, lane)
    stage.put(current, key, encodeRemembered(entry.fingerprint, seq, entry.index))
    return { index: entry.index, kind: entry.kind, nonce: entry.nonce, slot }
  })
  stage.put(
    tables.batches,
    seqKey(seq),
    encodeBatch({ receivedAt: intake.receivedAt, entries }, intake.record),
  )
  for (const slot of slots.keys()) {
    const mine = entries.filter((entry) => entry.slot === slot).map(({ index }) => freshEntry(index))
    stage.put(tables.units, unitKey(slot, seq), encodeUnit({ sole: slots.size === 1, entries: mine }))
  }
  return [...slots.values()]
}
