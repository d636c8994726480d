import { ApiError } from '@wmkt/api/client'
import { backoffMs } from '@wmkt/protocol'
import type { Clock } from '../clock.ts'
import type { Log } from '../telemetry/log.ts'
import { createBook } from './book.ts'
import { createDeliveries } from './deliveries.ts'
import { type Joined, join, type Memory } from './join.ts'
import type { ReadTrash } from './read-trash.ts'
import { createRecentTrash, type RecentTrash } from './recent-trash.ts'
import * as reckon from './reckoning.ts'
import type { SettlementFile } from './settlement-file.ts'
import { type Sighting, sightingOf } from './sighting.ts'
import type { TrashLine, TrashLog } from './trash-log.ts'

/** Between two looks into the trash. */
export const POLL_MS = 60_000
/** What is read twice: clocks differ, and an event may be trashed a while after it came. */
export const OVERLAP_MS = 10 * 60_000
/** Processed by then, or the upstream is in trouble that its trash will tell of later. */
export const SETTLED_AFTER_MS = 5 * 60_000
/** What is in the trash and never was acknowledged may be yet, as long as it is tried; the last of them. */
const WAITING_MS = 8 * 86_400_000
const MOST_WAITING = 1_000
/** Where the trash cannot be looked into at all: its path is inferred. */
const UNKNOWN_PATH_MS = 3_600_000
const RETRY_POLICY = { baseMs: 2_000, capMs: 5 * 60_000 }
const SHORTEST_RETRY_MS = 1_000

/** `GET /api/status`. */
export type SettlementStatus = {
  kept: number
  trashed: number
  unknown: number
  /** Delivered, and not settled yet. */
  pending: number
  /** What was found within a day: the alarm, and its reasons. */
  recent: RecentTrash
  /** Epoch ms. */
  readUntil?: number
  /** Why the last look failed. */
  problem?: string
}

/** What became of the events after the upstream had answered for them. */
export interface Settlement {
  /** An event was delivered. */
  delivered(nonce: string, upstreamId: string | undefined): void
  /** Looks into the trash now; for tests and for the end of a command. Never rejects. */
  look(): Promise<void>
  status(): SettlementStatus
  start(): Promise<void>
  /** Keeps what it knows for the next start. */
  stop(): Promise<void>
}

export type SettlementOptions = {
  readTrash: ReadTrash
  fate: Memory['fate']
  file: SettlementFile
  trashLog: TrashLog
  /** Other relays deliver from the same outbox, and their nonces are known here too. */
  isShared: boolean
  /** An event of this type was trashed. */
  onTrashed: (eventType: string) => void
  clock: Clock
  /** In [0, 1). */
  random: () => number
  log: Log
}

export const createSettlement = (options: SettlementOptions): Settlement => {
  const { readTrash, fate, file, trashLog, isShared, onTrashed, clock, random, log } = options
  const deliveries = createDeliveries()
  const recent = createRecentTrash(clock.now)
  const abort = new AbortController()
  const book = createBook(reckon.begin(clock.now()))
  let beganAt = clock.now()
  let readUntil = beganAt
  let hasRead = false
  let seen = new Set<string>()
  let waiting: readonly Sighting[] = []
  let problem: string | undefined
  let failures = 0
  let underWay: Promise<void> | undefined
  let callOff = () => {}

  const memory: Memory = { delivery: deliveries.get, fate }
  const arm = (waitMs: number) => {
    callOff()
    if (!abort.signal.aborted) callOff = clock.after(waitMs, () => void look())
  }
  const isOurConcern = ({ sighting, joined: { type } }: Found): boolean =>
    type === 'ours' || (type === 'unknown' && !isBefore(sighting, beganAt))
  const count = ({ sighting: { eventType }, joined }: Found) => {
    if (joined.type === 'unknown') book.turn(reckon.strange)
    if (joined.type !== 'ours') return
    const isOthers = isShared && joined.by === 'nonce'
    book.turn(isOthers ? reckon.trashedElsewhere : (before) => reckon.trashed(before, joined.deliveredAt))
    if (eventType) onTrashed(eventType)
  }
  /**
   * Written down before it is counted: what cannot be written is met again. What the upstream threw away before its
   * acknowledgement was on our disk is asked about again with each look.
   */
  const settle = async (sightings: readonly Sighting[]) => {
    const found: Found[] = []
    for (const sighting of onceEach([...waiting, ...sightings]))
      if (!seen.has(sighting.key)) found.push({ sighting, joined: await join(sighting, memory) })
    const decided = found.filter(({ joined }) => joined.type !== 'undelivered')
    const concerns = decided.filter(isOurConcern)
    const lines = concerns.map((one) => lineOf(one, clock.now()))
    await trashLog.append(lines)
    concerns.forEach(count)
    recent.add(lines)
    raiseAlarm(log, lines)
    waiting = stillWaiting(found, clock.now())
    // Only what a later reading can meet again.
    const before = sightings.map(({ key }) => key).filter((key) => seen.has(key))
    seen = new Set([...before, ...decided.map(({ sighting }) => sighting.key)])
  }
  const save = () => file.save({ reckoning: book.read(), beganAt, readUntil, seen: [...seen], waiting })
  const readOnce = async () => {
    const until = clock.now()
    const events = await readTrash(readUntil - OVERLAP_MS, until, abort.signal)
    if (abort.signal.aborted) return
    await settle(events.map(sightingOf))
    readUntil = until
    hasRead = true
    book.turn((before) => reckon.settledUpTo(before, until - SETTLED_AFTER_MS))
    await save()
  }
  const fail = (error: unknown) => {
    failures += 1
    problem = error instanceof ApiError ? error.kind : error instanceof Error ? error.name : 'unknown'
    if (failures === 1)
      log.warn({ err: error }, 'the trash cannot be read: what became of the events is not known')
    const isUnknownPath = error instanceof ApiError && error.kind === 'not-found'
    arm(
      isUnknownPath
        ? UNKNOWN_PATH_MS
        : Math.max(SHORTEST_RETRY_MS, backoffMs(failures, RETRY_POLICY, random)),
    )
  }
  const lookOnce = async () => {
    try {
      await readOnce()
      failures = 0
      problem = undefined
      arm(POLL_MS)
    } catch (error) {
      if (!abort.signal.aborted) fail(error)
    }
  }
  const look = (): Promise<void> => {
    underWay ??= lookOnce().finally(() => {
      underWay = undefined
    })
    return underWay
  }

  return {
    delivered(nonce, upstreamId) {
      const deliveredAt = clock.now()
      book.delivered(deliveredAt)
      if (upstreamId !== undefined) deliveries.add(upstreamId, { nonce, deliveredAt })
    },
    look,
    status: () => ({
      ...countsOf(book.read()),
      recent: recent.read(),
      ...(hasRead && { readUntil }),
      ...(problem !== undefined && { problem }),
    }),
    async start() {
      const kept = await file.load()
      recent.add(await trashLog.read())
      if (kept) {
        book.turn(() => kept.reckoning)
        beganAt = kept.beganAt
        readUntil = kept.readUntil
        seen = new Set(kept.seen)
        waiting = kept.waiting ?? []
      }
      arm(POLL_MS)
    },
    async stop() {
      abort.abort()
      callOff()
      await underWay
      await save().catch((error) =>
        log.warn({ err: error }, 'what became of the events could not be kept on disk'),
      )
    },
  }
}

const countsOf = (reckoning: reckon.Reckoning) => {
  const { kept, trashed, unknown } = reckoning
  return { kept, trashed, unknown, pending: reckon.pendingIn(reckoning) }
}

type Found = { readonly sighting: Sighting; readonly joined: Joined }

/** Pages that move under the walk may show an event twice. */
const onceEach = (sightings: readonly Sighting[]): Iterable<Sighting> =>
  new Map(sightings.map((one) => [one.key, one])).values()

const stillWaiting = (found: readonly Found[], now: number): readonly Sighting[] =>
  found
    .filter(({ joined }) => joined.type === 'undelivered')
    .map(({ sighting }) => sighting)
    .filter(({ trashedAt }) => trashedAt === undefined || Date.parse(trashedAt) > now - WAITING_MS)
    .slice(-MOST_WAITING)

/** Trashed before this relay began to look: nobody here could know it. */
const isBefore = ({ trashedAt }: Sighting, beganAt: number): boolean =>
  trashedAt !== undefined && Date.parse(trashedAt) < beganAt

const lineOf = ({ sighting, joined }: Found, foundAt: number): TrashLine => {
  const { key: _key, nonce: _nonce, ...seen } = sighting
  const nonce = joined.nonce === undefined ? {} : { nonce: joined.nonce }
  return { ...seen, ...nonce, state: joined.type === 'ours' ? 'trashed' : 'unknown', foundAt }
}

/** One line a look, however much was found: the events themselves are in the trash log. */
const raiseAlarm = (log: Log, lines: readonly TrashLine[]): void => {
  const trashed = lines.filter(({ state }) => state === 'trashed')
  const types = [...new Set(trashed.map(({ eventType }) => eventType))].slice(0, 10)
  if (trashed.length > 0)
    log.error(
      { count: trashed.length, eventTypes: types },
      'delivered events were trashed: wmkt-relay trash ls',
    )
  const unknown = lines.length - trashed.length
  if (unknown > 0) log.error({ count: unknown }, 'the trash holds events that this relay does not know')
}
