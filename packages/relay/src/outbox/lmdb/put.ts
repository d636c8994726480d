import { createPool } from '../../pool.ts'
import type { Fingerprint } from '../fingerprint.ts'
import { type NonceKey, nonceKey } from '../nonce-key.ts'
import { type Intake, type Lane, type NewEntry, OutboxFull, type PutOutcome } from '../outbox.ts'
import { encodeBatch, type HeadEntry } from './batch-record.ts'
import { Declined } from './group-commit.ts'
import { seqKey } from './keys.ts'
import { findLetter } from './letters.ts'
import type { Room } from './room.ts'
import type { Transaction } from './transaction.ts'
import { freshEntry, MAX_ENTRIES, type UnitEntry } from './unit.ts'

export type PutLimits = {
  /** Entries held before puts are refused. */
  maxBacklog: number
  room: Room
}

/** LMDB reads what it is given until the transaction is done. Where that fails, the memory is not lent again. */
const pool = createPool()

type KeyedEntry = { entry: NewEntry; key: NonceKey }

const MAX_LANE_LENGTH = 256
const MAX_INDEX = 65_535
/** What an entry costs beside its record, about, in bytes. */
const ENTRY_BYTES = 160

/** Stages what of the intake is new. Tells the lanes that got entries once they are on disk. */
export const putIntake = (
  transaction: Transaction,
  intake: Intake,
  limits: PutLimits,
  onPut: (lanes: readonly Lane[]) => void,
): PutOutcome[] => {
  if (intake.entries.length > MAX_ENTRIES)
    throw new Declined(new TypeError(`put: more than ${MAX_ENTRIES} entries`))
  const keyed = intake.entries.map(keyedEntry)
  const refusal = refusalOf(transaction, intake, limits)
  if (refusal && keyed.some((one) => fingerprintOf(transaction, one) === undefined)) throw refusal
  const seq = transaction.books().nextSeq
  const outcomes = keyed.map((one) => rememberEntry(transaction, one, seq))
  const accepted = intake.entries.filter((_, at) => outcomes[at] === 'accepted')
  const duplicates = outcomes.filter((outcome) => outcome === 'duplicate').length
  transaction.count({ received: accepted.length, held: accepted.length, duplicates })
  if (accepted.length > 0) {
    const lanes = store(transaction, intake, accepted, transaction.takeSeq())
    transaction.afterwards(() => onPut(lanes))
  }
  return outcomes
}

/** A key that does not fit would break a transaction in the middle. */
const keyedEntry = (entry: NewEntry): KeyedEntry => {
  const key = nonceKey(entry.kind, entry.nonce)
  const fits = entry.index <= MAX_INDEX && entry.lane.length <= MAX_LANE_LENGTH
  if (!key || !fits) throw new Declined(new TypeError(`put: entry ${entry.index} is out of bounds`))
  return { entry, key }
}

/** Why nothing new can be taken. Repeats can be answered all the same. */
const refusalOf = (
  transaction: Transaction,
  { record, entries }: Intake,
  { maxBacklog, room }: PutLimits,
): Declined | undefined => {
  if (transaction.ledger().held >= maxBacklog) return new Declined(new OutboxFull('backlog'))
  const hasRoom = room.take(record.length + entries.length * ENTRY_BYTES)
  return hasRoom ? undefined : new Declined(new OutboxFull('storage'))
}

const rememberEntry = (transaction: Transaction, keyed: KeyedEntry, seq: number): PutOutcome => {
  const { fingerprint, index } = keyed.entry
  const before = fingerprintOf(transaction, keyed)
  if (before !== undefined) return before === fingerprint ? 'duplicate' : 'conflict'
  transaction.nonces.remember(keyed.key, { fingerprint, seq, index })
  return 'accepted'
}

/** Of what came with this nonce before. Dead letters may outlive the memory of their nonces. */
const fingerprintOf = (transaction: Transaction, { entry, key }: KeyedEntry): Fingerprint | undefined => {
  const remembered = transaction.nonces.recall(key)
  if (remembered || transaction.ledger().buried === 0) return remembered?.fingerprint
  return findLetter(transaction.tables.letters, entry.nonce, entry.kind)?.letter.fingerprint
}

/** Of a batch, what is in one lane. */
type LaneShare = { lane: Lane; slot: number; entries: UnitEntry[] }

/** One record for the batch, and a share of it for each lane it has entries in. */
const store = (
  transaction: Transaction,
  { receivedAt, record }: Intake,
  accepted: readonly NewEntry[],
  seq: number,
): Lane[] => {
  const { stage, tables, units } = transaction
  const group = transaction.groupFor(seq, accepted.length)
  const shareOf = sharesOf(accepted, transaction)
  const entries = accepted.map(({ index, kind, nonce, lane }): HeadEntry => {
    const share = shareOf.get(lane) as LaneShare
    share.entries.push(freshEntry(index))
    return { index, kind, nonce, slot: share.slot }
  })
  const batch = encodeBatch({ receivedAt, group, entries }, record, pool.take)
  stage.append(tables.batches, seqKey(seq), batch)
  transaction.afterwards(() => pool.give(batch))
  const shares = [...new Set(shareOf.values())]
  for (const { slot, entries } of shares) {
    const others = shares.filter((one) => one.slot !== slot).map((one) => one.slot)
    units.add(slot, group, seq, { others, entries })
  }
  return shares.map(({ lane }) => lane)
}

/** By the lanes that are asked for. Where there are too many lanes, several of them are one. */
const sharesOf = (accepted: readonly NewEntry[], { lanes }: Transaction): Map<Lane, LaneShare> => {
  const wanted = new Map<Lane, number>()
  for (const { lane } of accepted) wanted.set(lane, (wanted.get(lane) ?? 0) + 1)
  const bySlot = new Map<number, LaneShare>()
  const shares = new Map<Lane, LaneShare>()
  for (const [name, count] of wanted) {
    const { lane, slot } = lanes.enter(name, count)
    const share = bySlot.get(slot) ?? { lane, slot, entries: [] }
    bySlot.set(slot, share)
    shares.set(name, share)
  }
  return shares
}
