import { Declined } from './group-commit.ts'
import { deliveredKey, expiryKey, letterKey, nonceKey, seqKey } from './keys.ts'
import { STEPS } from './ledger.ts'
import { encodeLetter } from './letter-record.ts'
import type { EntryRef, Settlement } from './outbox.ts'
import type { Transaction } from './transaction.ts'
import { entryIn, type Unit, type UnitEntry, withEntry, withoutEntry } from './unit.ts'

export type SettleContext = {
  /** Epoch ms. */
  now: number
  /** 0: what is delivered is removed at once. */
  keepDeliveredMs: number
}

type Place = { ref: EntryRef; slot: number; unit: Unit; entry: UnitEntry }

/** Only the holder of the lease may settle an entry. */
export const notLeased = ({ seq, index }: EntryRef): Declined =>
  new Declined(new TypeError(`settle: entry ${seq}/${index} is not leased`))

const NOTHING = Buffer.alloc(0)

/** Stages what became of a leased entry. */
export const settleEntry = (
  transaction: Transaction,
  ref: EntryRef,
  settlement: Settlement,
  context: SettleContext,
): void => {
  const place = placeOf(transaction, ref)
  const { entry } = place
  switch (settlement.type) {
    case 'mark':
      keep(transaction, place, { ...entry, attempting: true })
      break
    case 'retry': {
      const attempts = entry.attempts + (settlement.counted ? 1 : 0)
      keep(transaction, place, { ...entry, attempts, triedMs: settlement.triedMs, attempting: false })
      break
    }
    case 'ack':
      deliver(transaction, ref, settlement.upstreamId, context)
      letGo(transaction, place, context)
      break
    case 'bury':
      bury(transaction, place, settlement, context.now)
      letGo(transaction, place, context)
  }
}

const placeOf = (transaction: Transaction, ref: EntryRef): Place => {
  const slot = transaction.lanes.slotOf(ref.lane)
  const unit = slot === undefined ? undefined : transaction.units.get(slot, ref.seq)
  const entry = entryIn(unit, ref.index)
  if (slot === undefined || !unit || !entry) throw notLeased(ref)
  return { ref, slot, unit, entry }
}

const keep = ({ units }: Transaction, { ref, slot, unit }: Place, entry: UnitEntry) =>
  units.put(slot, ref.seq, withEntry(unit, entry))

const deliver = (
  transaction: Transaction,
  { seq, index }: EntryRef,
  upstreamId = '',
  context: SettleContext,
) => {
  transaction.count(STEPS.deliver)
  if (context.keepDeliveredMs === 0) return
  const id = Buffer.from(upstreamId)
  const value = Buffer.allocUnsafe(8 + id.length)
  value.writeDoubleBE(context.now, 0)
  value.set(id, 8)
  transaction.stage.append(transaction.tables.delivered, deliveredKey(seq, index), value)
}

const bury = (
  transaction: Transaction,
  { ref, entry }: Place,
  { code, message }: { code: string; message: string },
  now: number,
) => {
  const { stage, tables } = transaction
  const batch = transaction.batchAt(ref.seq)
  const named = batch.entries.find(({ index }) => index === ref.index)
  if (!named) throw new Error(`batch ${ref.seq} does not name its entry ${ref.index}`)
  const { kind, nonce } = named
  const nonceAt = nonceKey(kind, nonce)
  const fingerprint = (nonceAt && transaction.nonces.recall(nonceAt)?.fingerprint) ?? Buffer.alloc(8)
  const key = letterKey(nonce, kind, ref.seq, ref.index)
  const { receivedAt } = batch
  const letter = { lane: ref.lane, code, message, attempts: entry.attempts + 1, buriedAt: now, receivedAt }
  stage.put(tables.letters, key, encodeLetter({ ...letter, ...batch.letterOf(ref.index), fingerprint }))
  stage.put(tables.expiry, expiryKey('letter', now, key), NOTHING)
  transaction.count(STEPS.bury)
}

/** Takes the entry out of its lane; with the last one the batch is done. */
const letGo = (transaction: Transaction, { ref, slot, unit }: Place, context: SettleContext) => {
  const rest = withoutEntry(unit, ref.index)
  transaction.lanes.leave(ref.lane)
  if (rest.entries.length > 0) return transaction.units.put(slot, ref.seq, rest)
  transaction.units.remove(slot, ref.seq)
  if (rest.sole || isDone(transaction, ref.seq)) finish(transaction, ref.seq, context)
}

const isDone = (transaction: Transaction, seq: number): boolean => {
  const slots = new Set(transaction.batchAt(seq).entries.map(({ slot }) => slot))
  return ![...slots].some((slot) => transaction.units.get(slot, seq) !== undefined)
}

const finish = ({ stage, tables }: Transaction, seq: number, { now, keepDeliveredMs }: SettleContext) => {
  if (keepDeliveredMs === 0) stage.remove(tables.batches, seqKey(seq))
  else stage.append(tables.expiry, expiryKey('batch', now, seqKey(seq)), NOTHING)
}
