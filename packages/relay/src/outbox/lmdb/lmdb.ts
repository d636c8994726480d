import type { Kind } from '@wmkt/protocol'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import { laneOf } from '../lane.ts'
import { pageOfLetters } from '../letter-page.ts'
import { createListeners } from '../listeners.ts'
import { type EntryRef, type LocalOutbox, OutboxFailed, OutboxFull, type Settlement } from '../outbox.ts'
import { type Single, whole } from '../single.ts'
import { createBacklogAge } from './backlog.ts'
import { eraseStep } from './erase.ts'
import { fateOf } from './fate.ts'
import { faultOf } from './fault.ts'
import { createGroupCommit } from './group-commit.ts'
import { createInventory, type Inventory } from './inventory.ts'
import { startJanitor } from './janitor.ts'
import { createLeases } from './leases.ts'
import { deadLetterOf, dropLetter, findLetter, lettersAfter, redriveLetter } from './letters.ts'
import { openSoundStore } from './open-store.ts'
import { takeOwnership } from './owner-lock.ts'
import { putIntake } from './put.ts'
import { createRoom } from './room.ts'
import { notLeased, settleEntry } from './settle.ts'
import type { Store } from './store.ts'
import { suspicionIn } from './suspicion.ts'
import { beginTransaction, type Transaction } from './transaction.ts'
import { createUntold } from './untold.ts'

export type LmdbOutboxOptions = {
  /** Folder; made when it is not there. */
  dir: string
  clock: Clock
  log: Log
  /** What cuts one item out of a record, for its dead letter. @default the letter keeps the whole record */
  single?: Single
  /** Entries held before puts are refused. @default 5000000 */
  maxBacklog?: number
  /** How long delivered entries can be asked for, in ms; 0: not at all. @default 86400000 */
  keepDeliveredMs?: number
  /** How long dead letters stay, in ms, before they are dropped. @default 7776000000 */
  keepDeadLettersMs?: number
  /** Deliveries are to be told elsewhere: `untold` lists them for as long as delivered entries can be asked for. @default false */
  isTold?: boolean
  /** Bytes of the data file that may be in use. @default as many as the disk has */
  maxBytes?: number
  /** How long another owner may take to leave, in ms. @default 5000 */
  ownerWaitMs?: number
  /** Opens the environment, for faults of its own. @default openStore */
  openStore?: (dir: string) => Store
  /** The disk cannot be trusted any more; called once. */
  onFatal: (error: OutboxFailed) => void
}

/** The outbox in a folder; it can be carried elsewhere. */
export type LmdbOutbox = LocalOutbox & Inventory

/** Repeated after a crash, an event changes nothing; an interaction would be in doubt, and no attempt waits for its mark. */
const canWait = ({ lane }: EntryRef, { type }: Settlement): boolean =>
  type !== 'mark' && lane.startsWith(OF_EVENTS)

const OF_EVENTS = laneOf('event')

const KINDS: readonly Kind[] = ['event', 'interaction']
const nothing = () => {}
const DAY_MS = 24 * 3_600_000

/**
 * Opens the durable outbox: one LMDB environment, one owner process.
 *
 * @throws OutboxOwned when another process owns the folder
 */
export const openLmdbOutbox = async (options: LmdbOutboxOptions): Promise<LmdbOutbox> => {
  const { dir, clock, log, onFatal, single = whole, isTold = false } = options
  const { maxBacklog = 5_000_000, keepDeliveredMs = DAY_MS, keepDeadLettersMs = 90 * DAY_MS } = options
  const release = await takeOwnership(dir, clock, options.ownerWaitMs ?? 5_000)
  const opened = await openSoundStore({ dir, clock, log, open: options.openStore }).catch(async (error) => {
    await release()
    throw error
  })
  const { store, lanes, nonces } = opened
  const { tables } = store
  let { books } = opened
  let written = books
  let failed: OutboxFailed | undefined
  let closing: Promise<void> | undefined

  const room = createRoom({
    ...{ measure: store.space, free: store.free },
    ...{ now: clock.now, maxBytes: options.maxBytes },
  })
  const limits = { maxBacklog, room }
  const listeners = createListeners()
  const backlogAge = createBacklogAge(tables, lanes)
  const leases = createLeases({ tables, lanes, clock, onDue: (lane) => listeners.tell([lane]) })
  const asFault = (error: unknown): Error => {
    const fault = failed ?? faultOf(error, room.isShort)
    if (fault instanceof OutboxFailed && !failed) {
      failed = fault
      log.error({ err: fault }, 'the outbox takes nothing more: its disk cannot be trusted')
      try {
        suspicionIn(dir).raise()
      } catch (cause) {
        log.error({ err: cause }, 'the next start will not know of it: that could not be noted')
      }
      onFatal(fault)
    }
    return fault
  }
  const commit = async (transaction: Transaction) => {
    if (failed) throw failed
    const isEmpty = transaction.isEmpty()
    if (!isEmpty && !room.isThere()) throw new OutboxFull('storage')
    if (!isEmpty) await store.commit(transaction.write)
    const done = transaction.complete()
    books = done.books
    if (!isEmpty) written = books
    for (const lane of done.emptied) leases.forget(lane)
  }
  const begin = (after?: Transaction) => {
    room.begin(after !== undefined)
    return beginTransaction(
      { tables, lanes, nonces, written, single, isTold, keepDeliveredMs, now: clock.now() },
      after?.books() ?? books,
      after,
    )
  }
  const group = createGroupCommit({ begin, commit, faultOf: asFault })
  const whileOpen = <T>(work: (transaction: Transaction) => T, canRunAhead?: boolean): Promise<T> =>
    closing ? Promise.reject(new OutboxFailed('the outbox is closed')) : group.within(work, canRunAhead)

  const stopJanitor = startJanitor({
    clock,
    keepDeliveredMs,
    keepDeadLettersMs,
    within: whileOpen,
    onFault: (error) => log.warn({ err: error }, 'what was kept long enough could not be removed yet'),
  })
  const afterSettling = (ref: EntryRef, settlement: Settlement) => {
    if (settlement.type === 'retry') leases.wait(ref, settlement.dueAt)
    else if (settlement.type !== 'mark') leases.letGo(ref)
  }
  const eraseGround = { tables, lanes, leases, within: whileOpen, onWork: listeners.tell }
  const change =
    (apply: typeof redriveLetter) =>
    (nonce: string, kind?: Kind): Promise<boolean> =>
      whileOpen((transaction) => {
        const found = findLetter(tables.letters, nonce, kind)
        if (!found || !transaction.stage.has(tables.letters, found.key)) return false
        apply(transaction, found, listeners.tell)
        return true
      })

  return {
    ...createInventory(tables, (key) => nonces.recall(books.generation, key)),
    durability: 'fsync',
    ...(isTold && { untold: createUntold(tables, whileOpen) }),
    // All that a put reads, of what puts before it have changed, is in memory.
    put: (intake) => whileOpen((transaction) => putIntake(transaction, intake, limits, listeners.tell), true),
    lanes: lanes.names,
    heldIn: (lane) => lanes.row(lane)?.held ?? 0,
    oldestAt: () => (closing ? undefined : backlogAge()),
    async lease(lane, max) {
      if (failed) throw failed
      if (closing) throw new OutboxFailed('the outbox is closed')
      try {
        return leases.lease(lane, max)
      } catch (error) {
        throw asFault(error)
      }
    },
    settle(ref, settlement, then) {
      if (closing) return queueMicrotask(() => then(new OutboxFailed('the outbox is closed')))
      if (settlement.type !== 'mark') leases.doneReading(ref)
      group.add({
        run(transaction) {
          const group = leases.groupOfLeased(ref)
          if (group === undefined) throw notLeased(ref)
          settleEntry(transaction, ref, group, settlement)
        },
        done() {
          afterSettling(ref, settlement)
          then()
        },
        fail: then,
        canWait: canWait(ref, settlement),
        canRunAhead: false,
      })
    },
    release(refs) {
      for (const ref of refs) leases.release(ref)
    },
    nextDueAt: leases.nextDueAt,
    onWork: listeners.on,
    fate(nonce, kind) {
      for (const of of kind ? [kind] : KINDS) {
        const fate = fateOf({ tables, lanes, nonces, generation: books.generation }, of, nonce)
        if (fate) return fate
      }
      return undefined
    },
    deadLetters: (filter = {}) => pageOfLetters(lettersAfter(tables.letters, filter.after), filter),
    deadLetter(nonce, kind) {
      const found = findLetter(tables.letters, nonce, kind)
      return found && deadLetterOf(found)
    },
    redrive: change(redriveLetter),
    drop: change(dropLetter),
    erase: (request) => eraseStep(eraseGround, request).finally(leases.readAnew),
    ledger: () => books.ledger,
    close() {
      closing ??= (async () => {
        stopJanitor()
        await group.within((transaction) => transaction.save()).catch(nothing)
        await group.idle()
        leases.stop()
        await store.close()
        await release()
      })()
      return closing
    },
  }
}
