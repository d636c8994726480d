import { countInto, type LedgerDelta } from '../ledger.ts'
import type { Lane, Ledger } from '../outbox.ts'
import type { Single } from '../single.ts'
import { type Books, copyOfBooks, encodeBooks } from './books.ts'
import { createEndings, type Endings } from './endings.ts'
import { type HeldBatch, readHeldBatches } from './held-batch.ts'
import type { LaneChanges, LaneTable } from './lane-table.ts'
import type { NonceChanges, NonceMemory } from './nonces/nonce-memory.ts'
import { createStage, type Stage } from './stage.ts'
import type { Tables } from './store.ts'
import { changeUnits, type UnitChanges } from './unit-table.ts'

/** One transaction in the making: what changes, what it counts, and what is to be done once it is on disk. */
export interface Transaction {
  /** Epoch ms at which it began. */
  readonly now: number
  /** 0: what is delivered is removed at once. */
  readonly keepDeliveredMs: number
  readonly tables: Tables
  readonly stage: Stage
  readonly lanes: LaneChanges
  readonly units: UnitChanges
  readonly nonces: NonceChanges
  readonly endings: Endings
  /** @throws when there is no such batch */
  batchAt(seq: number): HeldBatch
  books(): Books
  turn(changes: Partial<Books>): void
  takeSeq(): number
  /** Which group a new batch joins: of those put in one transaction, as many as make a unit of bounded size. */
  groupFor(seq: number, entries: number): number
  count(delta: LedgerDelta): void
  ledger(): Ledger
  /** Runs after the sync, in order; never when the transaction fails. */
  afterwards(effect: () => void): void
  /** Has the books written even if nothing else is: repeats alone are counted and do not cost a sync. */
  save(): void
  /** Nothing is to be written. */
  isEmpty(): boolean
  /** Hands all changes to the store's transaction. */
  write(): void
  /** It is on disk. Returns lanes emptied by it. */
  complete(): { books: Books; emptied: Lane[] }
}

/** Entries of a group: a unit is written again whenever some of it settles. */
const GROUP_ENTRIES = 512

export const BOOKS_KEY = Buffer.from('books')

/** What a transaction is made over. */
export type Ground = {
  tables: Tables
  lanes: LaneTable
  nonces: NonceMemory
  /** The books as they are on disk: repeats may have been counted since. */
  written: Books
  single: Single
  /** Epoch ms at which it begins. */
  now: number
  keepDeliveredMs: number
  /** Deliveries are to be told elsewhere. */
  isTold: boolean
}

/**
 * @param before the books it begins with
 * @param after whose commit is under way: a transaction that puts, as this one may then do and nothing else
 */
export const beginTransaction = (
  { tables, ...ground }: Ground,
  before: Books,
  after?: Transaction,
): Transaction => {
  const stage = createStage()
  const lanes = ground.lanes.begin(after?.lanes)
  const units = changeUnits(tables.units)
  const nonces = ground.nonces.begin(before.generation, after !== undefined)
  const effects: (() => void)[] = []
  let books = before
  let saving = false
  /** Changed in place: hundreds of entries are counted in one transaction. What it began with stays as it was. */
  const own = (): Books => {
    if (books === before) books = copyOfBooks(before)
    return books
  }
  const endings = createEndings(ground.now, ground.isTold)
  const group = { first: 0, entries: GROUP_ENTRIES }
  const turn = (changes: Partial<Books>) => {
    Object.assign(own(), changes)
  }
  const takeSeq = (): number => {
    const seq = books.nextSeq
    turn({ nextSeq: seq + 1 })
    return seq
  }
  return {
    now: ground.now,
    keepDeliveredMs: ground.keepDeliveredMs,
    tables,
    stage,
    lanes,
    units,
    nonces,
    endings,
    batchAt: readHeldBatches(stage, tables.batches, ground.single),
    books: () => books,
    turn,
    takeSeq,
    groupFor(seq, entries) {
      if (group.entries >= GROUP_ENTRIES) Object.assign(group, { first: seq, entries: 0 })
      group.entries += entries
      return group.first
    },
    count: (delta) => countInto(own().ledger, delta),
    ledger: () => books.ledger,
    afterwards: (effect) => effects.push(effect),
    save() {
      saving = true
    },
    isEmpty() {
      const changed = stage.size() > 0 || units.size() > 0 || books.generation !== before.generation
      return !changed && !(saving && books !== ground.written)
    },
    write() {
      if (!endings.isEmpty()) endings.write(stage, tables, takeSeq())
      nonces.write(stage, books.nextSeq - 1)
      units.write(stage)
      lanes.write(stage)
      stage.put(tables.books, BOOKS_KEY, encodeBooks(books))
      stage.write()
    },
    complete() {
      const emptied = lanes.settle()
      nonces.settle()
      for (const effect of effects) effect()
      return { books, emptied }
    },
  }
}
