import { STEPS } from '../ledger.ts'
import { nonceKey } from '../nonce-key.ts'
import type { EntryRef, Settlement } from '../outbox.ts'
import { Declined } from './group-commit.ts'
import { expiryKey, letterKey, seqKey } from './keys.ts'
import { encodeLetter } from './letter-record.ts'
import type { Transaction } from './transaction.ts'
import type { Share, Unit, UnitEntry } from './unit.ts'

/** Where a held entry is: `at` among those of its share. */
type Place = {
  ref: EntryRef
  slot: number
  group: number
  unit: Unit
  share: Share
  at: number
  entry: UnitEntry
}

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
  transaction.units.changed(place.slot, group)
  switch (settlement.type) {
    case 'mark':
      change(place, { attempting: true })
      break
    case 'retry': {
      const attempts = place.entry.attempts + (settlement.counted ? 1 : 0)
      change(place, { attempts, triedMs: settlement.triedMs, attempting: false })
      break
    }
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
  const at = share ? share.entries.findIndex(({ index }) => index === ref.index) : -1
  const entry = share?.entries[at]
  if (slot === undefined || !unit || !share || !entry) throw notLeased(ref)
  return { ref, slot, group, unit, share, at, entry }
}

const change = ({ share, at, entry }: Place, changes: Partial<UnitEntry>) => {
  share.entries[at] = { ...entry, ...changes }
}

const deliver = (transaction: Transaction, { ref, group }: Place, upstreamId = '') => {
  transaction.count(STEPS.deliver)
  const { seq, index } = ref
  if (transaction.keepDeliveredMs > 0) transaction.endings.deliver(group, { seq, index, upstreamId })
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
const letGo = (transaction: Transaction, { ref, group, unit, share, at }: Place) => {
  transaction.lanes.leave(ref.lane)
  share.entries.splice(at, 1)
  if (share.entries.length > 0) return
  unit.delete(ref.seq)
  if (!transaction.units.isHeld(share.others, group, ref.seq)) finish(transaction, ref.seq)
}

const finish = ({ stage, tables, endings, keepDeliveredMs }: Transaction, seq: number) => {
  if (keepDeliveredMs === 0) stage.remove(tables.batches, seqKey(seq))
  else endings.finish(seq)
}
