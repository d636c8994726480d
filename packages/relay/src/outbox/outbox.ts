import type { Kind } from '@wmkt/protocol'
import type { Fingerprint } from './fingerprint.ts'

/** A kind and an event type: what is delivered, paused and parked together. `event:purchase`, `interaction:`. */
export type Lane = string

export type NewEntry = {
  /** Position in the record. */
  index: number
  kind: Kind
  nonce: string
  lane: Lane
  /** Of the content without `occurredAt` and `trackerId`: tells a repeat from a conflict. */
  fingerprint: Fingerprint
}

/** One accepted batch: an opaque record, and the entries to deliver from it. */
export type Intake = { record: Uint8Array; entries: readonly NewEntry[]; receivedAt: number }

/** `duplicate`: held or settled before, with the same content; `conflict`: same nonce and kind, other content. */
export type PutOutcome = 'accepted' | 'duplicate' | 'conflict'

/** Where an entry lies. Opaque to all but the outbox that gave it. */
export type EntryRef = { readonly lane: Lane; readonly seq: number; readonly index: number }

export type LeasedEntry = {
  ref: EntryRef
  kind: Kind
  nonce: string
  lane: Lane
  index: number
  /** The record it came in with; shared by all entries of one batch. */
  record: Uint8Array
  /** Attempts made before this lease. */
  attempts: number
  /** Time spent trying, in ms: paused and parked time excluded. */
  triedMs: number
  /** An attempt was begun and its end is not known (durable mark): in doubt. */
  attempting: boolean
}

export type Settlement =
  /** Begin an attempt that may not be repeated blindly. Durable before the first byte is written. */
  | { type: 'mark' }
  /** Delivered; `upstreamId` is the upstream's own id of it. */
  | { type: 'ack'; upstreamId?: string }
  /** Due again at `dueAt` (epoch ms); the mark is taken off. `counted: false` leaves attempts as they were (pauses). */
  | { type: 'retry'; dueAt: number; triedMs: number; counted: boolean }
  /** To the dead letters, for a person. */
  | { type: 'bury'; code: string; message: string }

export type DeadLetter = {
  nonce: string
  kind: Kind
  lane: Lane
  code: string
  message: string
  attempts: number
  buriedAt: number
  receivedAt: number
  record: Uint8Array
  index: number
}

/** What became of one nonce, as far as the outbox remembers. */
export type Fate =
  | { state: 'held'; lane: Lane; attempts: number }
  | { state: 'buried'; code: string; message: string; buriedAt: number }
  | { state: 'delivered'; upstreamId?: string; deliveredAt: number }
  /** Its nonce is remembered, its record is gone. */
  | { state: 'settled' }

/** Counts that survive restarts. `received = held + buried + delivered + dropped`; duplicates and conflicts never entered. */
export type Ledger = {
  received: number
  held: number
  buried: number
  delivered: number
  dropped: number
  duplicates: number
}

export type DeadLetterFilter = { code?: string; after?: string; limit?: number }

/** Finds somebody's items in records, and takes them out. */
export type Picker = {
  /** Positions in the record. @throws when it cannot be read */
  pick(record: Uint8Array): readonly number[]
  /** The record with those places empty. */
  without(record: Uint8Array, indexes: readonly number[]): Uint8Array
}

export type EraseRequest = {
  picker: Picker
  /** Only counted. */
  dryRun: boolean
  /** Where to go on: `next` of the step before. */
  after?: string | undefined
  /** Has whoever holds leases for later give them back, just before entries are taken. */
  makeWay?: (() => void) | undefined
}

/** A stretch of an erasure. */
export type EraseStep = {
  /** Entries that were held, and are dropped. */
  held: number
  /** Dead letters, dropped. */
  deadLetters: number
  /** Taken out of records that are kept: of delivered items, and of rejected ones that came in a batch with others. */
  kept: number
  /** An attempt is being made: they stay, and may arrive. */
  underWay: number
  /** Records that nobody can read: they stay. */
  unreadable: number
  /** Records looked at. */
  looked: number
  /** Records there are in all, about. */
  of: number
  /** There is more. */
  next?: string
}

/** The relays on one outbox, as each of them sees the others. */
export interface Company {
  /** How many there are, this one included. */
  size(): number
  /** Tells the others that a lane pauses until then, in epoch ms. */
  tellPause(lane: Lane, until: number): void
  /** Calls back with each pause another told, and at once with those that last. Returns the way to stop listening. */
  onPause(listener: (lane: Lane, until: number) => void): () => void
}

/** A delivery that is to be told elsewhere. `upstreamId`: missing when the upstream gave none. */
export type UntoldDelivery = {
  kind: Kind
  nonce: string
  upstreamId?: string
  /** Epoch ms. */
  deliveredAt: number
  /** The record it came in with, and its place there. */
  record: Uint8Array
  index: number
}

/** Deliveries of which somebody is still to be told, in order: written down with the acknowledgement itself. */
export interface Untold {
  /** A stretch from the beginning, of about so many; `upTo` is what to cross out once they are told. */
  read(most: number): { deliveries: readonly UntoldDelivery[]; upTo: number }
  /** They will not be read again. Resolves after the sync. */
  crossOut(upTo: number): Promise<void>
  /** Epoch ms at which the first of them was delivered; undefined when there is none. */
  oldestAt(): number | undefined
}

/** What may have to be fetched from elsewhere. */
export type Awaitable<T> = T | Promise<T>

/** Called once, and not from within the call that asked: a promise for each of hundreds that wait for one sync is much to carry. */
export type OnSettled = (error?: Error) => void

/**
 * Items held until acknowledged. A resolved promise, or a call without an error, means: as durable as `durability` says.
 * Leases live in memory: after a restart every unsettled entry is due again.
 */
export interface Outbox {
  /** The other relays that share this outbox; missing when there can be none. */
  readonly company?: Company
  /** What was delivered and not told; missing when nobody is to be told. */
  readonly untold?: Untold
  /** What a kept item survives; said in `Wmkt-Durability`. */
  readonly durability: 'fsync' | 'replicated' | 'process-crash'
  /**
   * Stores the entries not seen before. Outcomes in the order of `entries`; a duplicate of an entry not yet synced
   * waits for that sync. Rejects with OutboxFull (try later) or OutboxFailed (the disk cannot be trusted any more).
   * The record's memory is the caller's again once that is said.
   */
  put(intake: Intake): Promise<PutOutcome[]>
  /**
   * Where the record of the put that comes next, with nothing in between, is best written: it need not be copied then.
   * Missing where that makes no difference.
   */
  roomFor?(bytes: number): Buffer
  /** Lanes that hold entries, due or not. */
  lanes(): readonly Lane[]
  /** Entries held in a lane. */
  heldIn(lane: Lane): number
  /** Epoch ms at which the oldest of what is held was received; undefined when nothing is held. */
  oldestAt(): number | undefined
  /** Up to `max` due entries of a lane, in order of arrival, each leased to the caller until settled. */
  lease(lane: Lane, max: number): Promise<LeasedEntry[]>
  /**
   * Carries out what an attempt led to. `mark` keeps the lease, all others end it. Calls back after the sync, or with why
   * it could not be done.
   */
  settle(ref: EntryRef, settlement: Settlement, then: OnSettled): void
  /** Ends leases without a trace: the entries are due again at once. */
  release(refs: readonly EntryRef[]): void
  /** Epoch ms at which a waiting entry of the lane is due next; undefined when none waits. */
  nextDueAt(lane: Lane): number | undefined
  /** Calls back when entries were put, redriven or came due. Returns the way to stop listening. */
  onWork(listener: (lane: Lane) => void): () => void
  fate(nonce: string, kind?: Kind): Awaitable<Fate | undefined>
  deadLetters(filter?: DeadLetterFilter): Iterable<DeadLetter> | AsyncIterable<DeadLetter>
  deadLetter(nonce: string, kind?: Kind): Awaitable<DeadLetter | undefined>
  /** Buried → held. False when there is no such dead letter. */
  redrive(nonce: string, kind?: Kind): Promise<boolean>
  /** Buried → dropped, by a person's decision. */
  drop(nonce: string, kind?: Kind): Promise<boolean>
  /**
   * Drops somebody's items wherever they are kept, a stretch at a time. Whoever leases an entry keeps it. Nonces stay
   * remembered: a repeat does not come in again.
   */
  erase(request: EraseRequest): Promise<EraseStep>
  ledger(): Ledger
  /** Finishes commits under way, then closes. */
  close(): Promise<void>
}

/** An outbox of this process alone: what it is asked it answers at once. */
export interface LocalOutbox extends Outbox {
  fate(nonce: string, kind?: Kind): Fate | undefined
  deadLetters(filter?: DeadLetterFilter): Iterable<DeadLetter>
  deadLetter(nonce: string, kind?: Kind): DeadLetter | undefined
}

const WHY_FULL = {
  backlog: 'the backlog is at its limit',
  storage: 'the disk takes no more',
  unreachable: 'the outbox cannot be reached',
}

/**
 * The outbox takes no more for now: the backlog is at its limit, the disk or map is full, or the server that keeps it
 * is out of reach. Recovers by itself.
 */
export class OutboxFull extends Error {
  override readonly name = 'OutboxFull'
  readonly reason: keyof typeof WHY_FULL
  constructor(reason: keyof typeof WHY_FULL, cause?: unknown) {
    super(WHY_FULL[reason], { cause })
    this.reason = reason
  }
}

/** A sync failed: what was written may not be on disk. Nothing more is accepted. */
export class OutboxFailed extends Error {
  override readonly name = 'OutboxFailed'
}
