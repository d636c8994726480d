import { STEPS } from '../ledger.ts'
import { nonceKey } from '../nonce-key.ts'
import type { EntryRef, Settlement } from '../outbox.ts'
import { Declined } from './group-commit.ts'
import { expiryKey, letterKey, seqKey } from './keys.ts'
import { encodeLetter } from './letter-record.ts'
import type { Transaction } from './transaction.ts'
import type { Share, Unit, UnitEntry } from './unit.ts'

type Place = { ref: EntryRef; slot: number; group: number; unit: Unit; share: Share; entry: UnitEntry }

/** Only the holder of the lease may settle an entry. */
export const notLeased = ({ seq, index }: EntryRef): Declined =>
  new Declined(new TypeError(`settle: entry ${seq}/${index} is not leased`))

const NOTHING = Buffer.alloc(0)

/**
 * Stages what became of a leased entry.
 *
 * @param group of its batch
 */
export const settleEntry = (
  transaction: Transaction,
  ref: EntryRef,
  group: number,
  settlement: Settlement,
): void => {
  const place = placeOf(transaction, ref, group)
  const { entry } = place
  transaction.units.changed(place.slot, group)
  switch (settlement.type) {
    case 'mark':
      entry.attempting = true
      break
    case 'retry':
      entry.attempts += settlement.counted ? 1 : 0
      entry.triedMs = settlement.triedMs
      entry.attempting = false
      break
    case 'ack':
      deliver(transaction, place, settlement.upstreamId)
      letGo(transaction, place)
      break
    case 'bury':
      bury(transaction, place, settlement)
      letGo(transaction, place)
  }
}

/** Stages that a held entry is dropped, delivered or not. Whoever asks holds its lease. */
export const dropHeld = (transaction: Transaction, ref: EntryRef, group: number): void => {
  const place = placeOf(transaction, ref, group)
  transaction.units.changed(place.slot, group)
  transaction.count(STEPS.erase)
  letGo(transaction, place)
}

const placeOf = (transaction: Transaction, ref: EntryRef, group: number): Place => {
  const slot = transaction.lanes.slotOf(ref.lane)
  const unit = slot === undefined ? undefined : transaction.units.get(slot, group)
  const share = unit?.get(ref.seq)
  const entry = share?.entries.find(({ index }) => index === ref.index)
  if (slot === undefined || !unit || !share || !entry) throw notLeased(ref)
  return { ref, slot, group, unit, share, entry }
}

const deliver = (transaction: Transaction, { ref, group }: Place, upstreamId = '') => {
  transaction.count(STEPS.deliver)
  const { now, keepDeliveredMs } = transaction
  const { seq, index } = ref
  if (keepDeliveredMs > 0) transaction.endings.deliver(group, { seq, index, upstreamId }, now)
}

const bury = (
  transaction: Transaction,
  { ref, entry }: Place,
  { code, message }: { code: string; message: string },
) => {
  const { stage, tables, now } = transaction
  const batch = transaction.batchAt(ref.seq)
  const named = batch.entryAt(ref.index)
  if (!named) throw new Error(`batch ${ref.seq} does not name its entry ${ref.index}`)
  const { kind, nonce } = named
  const nonceAt = nonceKey(kind, nonce)
  const fingerprint = (nonceAt && transaction.nonces.recall(nonceAt)?.fingerprint) ?? 0
  const key = letterKey(nonce, kind, ref.seq, ref.index)
  const { receivedAt } = batch
  const letter = { lane: ref.lane, code, message, attempts: entry.attempts + 1, buriedAt: now, receivedAt }
  stage.put(tables.letters, key, encodeLetter({ ...letter, ...batch.letterOf(ref.index), fingerprint }))
  stage.put(tables.expiry, expiryKey('letter', now, key), NOTHING)
  transaction.count(STEPS.bury)
}

/** Takes the entry out of its lane; with the last one the batch is done. */
const letGo = (transaction: Transaction, { ref, group, unit, share, entry }: Place) => {
  transaction.lanes.leave(ref.lane)
  share.entries.splice(share.entries.indexOf(entry), 1)
  if (share.entries.length > 0) return
  unit.delete(ref.seq)
  if (!transaction.units.isHeld(share.others, group, ref.seq)) finish(transaction, ref.seq)
}

const finish = ({ stage, tables, endings, now, keepDeliveredMs }: Transaction, seq: number) => {
  if (keepDeliveredMs === 0) stage.remove(tables.batches, seqKey(seq))
  else endings.finish(seq, now)
}
