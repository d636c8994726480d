import { createPool } from '../../pool.ts'
import type { Fingerprint } from '../fingerprint.ts'
import { type NonceKey, nonceKey } from '../nonce-key.ts'
import { type Intake, type Lane, type NewEntry, OutboxFull, type PutOutcome } from '../outbox.ts'
import { encodeBatch } from './batch-record.ts'
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
  const { entries } = intake
  if (entries.length > MAX_ENTRIES) throw new Declined(new TypeError(`put: more than ${MAX_ENTRIES} entries`))
  const keys = entries.map(keyOf)
  const { fingerprintOf, remember } = nonceMemoryOf(transaction)
  const refusal = refusalOf(transaction, intake, limits)
  const isNew = (entry: NewEntry, at: number) => fingerprintOf(entry, keys[at] as NonceKey) === undefined
  if (refusal && entries.some(isNew)) throw refusal
  const outcomes = entries.map((entry, at) => remember(entry, keys[at] as NonceKey))
  const accepted = entries.filter((_, at) => outcomes[at] === 'accepted')
  const duplicates = outcomes.filter((outcome) => outcome === 'duplicate').length
  transaction.count({ received: accepted.length, held: accepted.length, duplicates })
  if (accepted.length > 0) {
    const lanes = store(transaction, intake, accepted, transaction.takeSeq())
    transaction.afterwards(() => onPut(lanes))
  }
  return outcomes
}

/** A key that does not fit would break a transaction in the middle. */
const keyOf = ({ kind, nonce, lane, index }: NewEntry): NonceKey => {
  const key = nonceKey(kind, nonce)
  const fits = index <= MAX_INDEX && lane.length <= MAX_LANE_LENGTH
  if (!key || !fits) throw new Declined(new TypeError(`put: entry ${index} is out of bounds`))
  return key
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

/** What is known of nonces, and to be known of those of the transaction's next batch. */
const nonceMemoryOf = ({ nonces, tables, ledger, books }: Transaction) => {
  const seq = books().nextSeq
  const hasLetters = ledger().buried > 0
  /** Of what came with this nonce before. Dead letters may outlive the memory of their nonces. */
  const fingerprintOf = ({ kind, nonce }: NewEntry, key: NonceKey): Fingerprint | undefined => {
    const remembered = nonces.recall(key)
    if (remembered || !hasLetters) return remembered?.fingerprint
    return findLetter(tables.letters, nonce, kind)?.letter.fingerprint
  }
  const remember = (entry: NewEntry, key: NonceKey): PutOutcome => {
    const { fingerprint, index } = entry
    const before = fingerprintOf(entry, key)
    if (before !== undefined) return before === fingerprint ? 'duplicate' : 'conflict'
    nonces.remember(key, { fingerprint, seq, index })
    return 'accepted'
  }
  return { fingerprintOf, remember }
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
  const { stage, tables, units, lanes } = transaction
  const group = transaction.groupFor(seq, accepted.length)
  const { shares, slots } = sharesOf(accepted, transaction)
  const batch = encodeBatch({ receivedAt, group, entries: accepted, slots }, record, pool.take)
  stage.append(tables.batches, seqKey(seq), batch)
  transaction.afterwards(() => pool.give(batch))
  for (const { lane, slot, entries } of shares) {
    const others = shares.filter((one) => one.slot !== slot).map((one) => one.slot)
    units.add(slot, group, seq, { others, entries })
    lanes.enter(lane, entries.length)
  }
  return shares.map(({ lane }) => lane)
}

/** By the lanes that are asked for. Where there are too many lanes, several of them are one. `slots`: of each entry's lane. */
const sharesOf = (
  accepted: readonly NewEntry[],
  { lanes }: Transaction,
): { shares: LaneShare[]; slots: number[] } => {
  const shares: LaneShare[] = []
  const byName = new Map<Lane, LaneShare>()
  const shareFor = (name: Lane): LaneShare => {
    const { lane, slot } = lanes.roomFor(name)
    const share = shares.find((one) => one.slot === slot) ?? { lane, slot, entries: [] }
    if (share.entries.length === 0) shares.push(share)
    byName.set(name, share)
    return share
  }
  const slots = accepted.map(({ index, lane }) => {
    const share = byName.get(lane) ?? shareFor(lane)
    share.entries.push(freshEntry(index))
    return share.slot
  })
  return { shares, slots }
}
