import { setImmediate as turn } from 'node:timers/promises'
import type { EntryRef, EraseRequest, EraseStep, Lane, Picker } from '../outbox.ts'
import { NOTHING_ERASED, pickedIn } from '../picking.ts'
import { openBatch } from './batch-record.ts'
import { Declined } from './group-commit.ts'
import { type letterPrefix, seqKey, seqOfKey } from './keys.ts'
import type { LaneTable } from './lane-table.ts'
import type { Leases } from './leases.ts'
import { dropLetter, findLetter, lettersAfter } from './letters.ts'
import { dropHeld } from './settle.ts'
import type { Table, Tables } from './store.ts'
import type { Transaction } from './transaction.ts'
import { entryIn } from './unit.ts'

export type EraseGround = {
  tables: Tables
  lanes: LaneTable
  leases: Leases
  within: <T>(work: (transaction: Transaction) => T) => Promise<T>
  /** Entries of these lanes are due again. */
  onWork: (lanes: Iterable<Lane>) => void
}

/** Records looked at in one step, and before others get their turn. */
const STEP = 2_048
const STRETCH = 32

const LETTERS = 'letters:'

/** First the batches in order of arrival, then the dead letters in order of nonce. */
export const eraseStep = async (ground: EraseGround, request: EraseRequest): Promise<EraseStep> => {
  const { after = '0' } = request
  const step = after.startsWith(LETTERS)
    ? await eraseLetters(ground, request, after.slice(LETTERS.length))
    : await eraseBatches(ground, request, Number(after))
  const { batches, letters } = ground.tables
  return { ...step, of: rowsIn(batches) + rowsIn(letters) }
}

/** lmdb's statistics, which it leaves untyped. */
const rowsIn = (table: Table): number => {
  const stats: Record<string, unknown> = table.getStats()
  return Number(stats.entryCount ?? 0)
}

const eraseBatches = async (
  ground: EraseGround,
  request: EraseRequest,
  after: number,
): Promise<EraseStep> => {
  const sum = { ...NOTHING_ERASED }
  let last = after
  while (sum.looked < STEP) {
    const range = { start: seqKey(last + 1), limit: STRETCH }
    const rows = [...ground.tables.batches.getRange(range)]
    for (const { key, value } of rows) {
      last = seqOfKey(key)
      sum.looked += 1
      const picked = pickedIn(request.picker, openBatch(value).record)
      if (!picked) sum.unreadable += 1
      else if (picked.length > 0) add(sum, await eraseIn(ground, request, last, picked))
    }
    if (rows.length < STRETCH) return { ...sum, next: LETTERS }
    await turn()
  }
  return { ...sum, next: String(last) }
}

type Sum = typeof NOTHING_ERASED

const add = (sum: Sum, more: Partial<Sum>): void => {
  sum.held += more.held ?? 0
  sum.kept += more.kept ?? 0
  sum.underWay += more.underWay ?? 0
}

type Found = { held: readonly HeldPlace[]; kept: number; entries: readonly number[] }
type HeldPlace = { ref: EntryRef; group: number }

/** What of the picked items is held, and where. */
const locate = (
  { tables, lanes }: EraseGround,
  transaction: Transaction,
  seq: number,
  picked: readonly number[],
): Found | undefined => {
  const bytes = transaction.stage.get(tables.batches, seqKey(seq))
  if (!bytes) return undefined
  const { group, entryAt } = openBatch(bytes)
  const held = picked.flatMap((index): HeldPlace[] => {
    const slot = entryAt(index)?.slot
    const lane = slot === undefined ? undefined : lanes.nameOf(slot)
    if (slot === undefined || lane === undefined) return []
    const isHeld = entryIn(transaction.units.get(slot, group), seq, index) !== undefined
    return isHeld ? [{ ref: { lane, seq, index }, group }] : []
  })
  return { held, kept: picked.length - held.length, entries: picked }
}

/** One batch, in one transaction: its entries are claimed, so that nobody begins an attempt at what is going away. */
const eraseIn = async (
  ground: EraseGround,
  { picker, dryRun, makeWay }: EraseRequest,
  seq: number,
  picked: readonly number[],
): Promise<Partial<Sum>> => {
  const undo: Undo[] = []
  try {
    return await ground.within((transaction) => {
      const found = locate(ground, transaction, seq, picked)
      if (!found) return {}
      if (dryRun) return { held: found.held.length, kept: found.kept }
      makeWay?.()
      const mine = found.held.filter(({ ref, group }) => claim(ground.leases, ref, group, undo))
      const stays = new Set(found.held.filter((one) => !mine.includes(one)).map(({ ref }) => ref.index))
      rewrite(
        transaction,
        picker,
        seq,
        picked.filter((index) => !stays.has(index)),
      )
      for (const { ref, group } of mine) dropHeld(transaction, ref, group)
      transaction.afterwards(() => {
        for (const { ref } of mine) ground.leases.letGo(ref)
      })
      return { held: mine.length, kept: found.kept, underWay: stays.size }
    })
  } catch (error) {
    for (const { end } of undo) end()
    ground.onWork(undo.map(({ lane }) => lane))
    throw error
  }
}

type Undo = { lane: Lane; end: () => void }

const claim = (leases: Leases, ref: EntryRef, group: number, undo: Undo[]): boolean => {
  const end = leases.claim(ref, group)
  if (end) undo.push({ lane: ref.lane, end })
  return end !== undefined
}

/** The head stays as it is: who else is in it is still there. */
const rewrite = (
  { stage, tables }: Transaction,
  { without }: Picker,
  seq: number,
  indexes: readonly number[],
): void => {
  const bytes = stage.get(tables.batches, seqKey(seq))
  if (!bytes || indexes.length === 0) return
  const { record } = openBatch(bytes)
  const head = bytes.subarray(0, bytes.length - record.length)
  stage.put(tables.batches, seqKey(seq), Buffer.concat([head, orDeclined(() => without(record, indexes))]))
}

/** A record that cannot be written anew is no fault of the disk's. */
const orDeclined = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw new Declined(error instanceof Error ? error : new Error(String(error)))
  }
}

const eraseLetters = async (
  { tables, within }: EraseGround,
  { picker, dryRun }: EraseRequest,
  after: string,
): Promise<EraseStep> => {
  const sum = { ...NOTHING_ERASED }
  let last = ''
  for (const { nonce, kind, record, index } of lettersAfter(tables.letters, after || undefined)) {
    // A page never parts an event and an interaction of one nonce.
    if (sum.looked >= STEP && nonce !== last) return { ...sum, next: LETTERS + last }
    last = nonce
    sum.looked += 1
    const picked = pickedIn(picker, record)
    if (!picked) sum.unreadable += 1
    if (!picked?.includes(index)) continue
    const isDropped = dryRun || (await within((transaction) => drop(transaction, nonce, kind)))
    sum.deadLetters += isDropped ? 1 : 0
    if (sum.looked % STRETCH === 0) await turn()
  }
  return sum
}

const drop = (transaction: Transaction, ...[nonce, kind]: Parameters<typeof letterPrefix>): boolean => {
  const found = findLetter(transaction.tables.letters, nonce, kind)
  if (!found || !transaction.stage.has(transaction.tables.letters, found.key)) return false
  dropLetter(transaction, found)
  return true
}
