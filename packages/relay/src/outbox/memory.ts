import type { Kind } from '@wmkt/protocol'
import type { Clock } from '../clock.ts'
import { addToLedger, EMPTY_LEDGER, type LedgerDelta, STEPS } from './ledger.ts'
import { pageOfLetters } from './letter-page.ts'
import { createListeners } from './listeners.ts'
import {
  type DeadLetter,
  type EntryRef,
  type Fate,
  type Intake,
  type Lane,
  type LeasedEntry,
  type NewEntry,
  type Outbox,
  OutboxFailed,
  OutboxFull,
  type PutOutcome,
  type Settlement,
} from './outbox.ts'

export type MemoryOutboxOptions = {
  clock: Clock
  /** Entries held before puts are refused. @default 5000000 */
  maxBacklog?: number
}

type Held = LeasedEntry & { receivedAt: number; dueAt: number; leased: boolean; callOff: () => void }
/** `now`: where the entry is, or what became of it. */
type Known = { fingerprint: Uint8Array; now: Held | Fate }

const KINDS: readonly Kind[] = ['event', 'interaction']
const nothing = () => {}
const keyOf = (kind: Kind, nonce: string): string => `${kind}/${nonce}`
const placeOf = ({ seq, index }: EntryRef): string => `${seq}/${index}`
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
const fateOf = (now: Held | Fate): Fate =>
  'state' in now ? now : { state: 'held', lane: now.lane, attempts: now.attempts }
const leasedOf = ({ receivedAt, dueAt, leased, callOff, ...entry }: Held): LeasedEntry => entry

const inOrder = (letters: Iterable<DeadLetter>, after: string | undefined): DeadLetter[] =>
  [...letters]
    .filter(({ nonce }) => after === undefined || nonce > after)
    .sort((a, b) => (keyOfLetter(a) < keyOfLetter(b) ? -1 : 1))
const keyOfLetter = ({ nonce, kind }: DeadLetter): string => `${nonce}\0${kind}`

/** An outbox in memory: for tests and simulations, and where no disk may be used. What it holds dies with the process. */
export const createMemoryOutbox = ({ clock, maxBacklog = 5_000_000 }: MemoryOutboxOptions): Outbox => {
  const lanes = new Map<Lane, Map<string, Held>>()
  const known = new Map<string, Known>()
  const letters = new Map<string, DeadLetter>()
  const listeners = createListeners()
  let ledger = EMPTY_LEDGER
  let seq = 0
  let closed = false

  const count = (delta: LedgerDelta) => {
    ledger = addToLedger(ledger, delta)
  }
  const keysOf = (nonce: string, kind?: Kind): string[] =>
    (kind ? [kind] : KINDS).map((of) => keyOf(of, nonce))

  const become = ({ kind, nonce }: { kind: Kind; nonce: string }, now: Held | Fate) => {
    const memory = known.get(keyOf(kind, nonce))
    if (memory) memory.now = now
  }
  const hold = (entry: Omit<NewEntry, 'fingerprint'>, record: Uint8Array, receivedAt: number) => {
    const { index, kind, nonce, lane } = entry
    const ref = { lane, seq, index }
    const fresh = { attempts: 0, triedMs: 0, attempting: false, dueAt: 0, leased: false, callOff: nothing }
    const held: Held = { ref, kind, nonce, lane, index, record, receivedAt, ...fresh }
    lanes.set(lane, (lanes.get(lane) ?? new Map()).set(placeOf(ref), held))
    return held
  }
  const accept = (entry: NewEntry, { record, receivedAt }: Intake): PutOutcome => {
    const key = keyOf(entry.kind, entry.nonce)
    const before = known.get(key)
    if (before) return sameBytes(before.fingerprint, entry.fingerprint) ? 'duplicate' : 'conflict'
    known.set(key, { fingerprint: entry.fingerprint, now: hold(entry, record, receivedAt) })
    count(STEPS.receive)
    return 'accepted'
  }
  const assertOpen = () => {
    if (closed) throw new OutboxFailed('the outbox is closed')
  }
  const assertRoom = (entries: readonly NewEntry[]) => {
    if (ledger.held < maxBacklog) return
    if (entries.some(({ kind, nonce }) => !known.has(keyOf(kind, nonce)))) throw new OutboxFull('backlog')
  }

  const find = ({ lane, seq, index }: EntryRef): Held | undefined =>
    lanes.get(lane)?.get(placeOf({ lane, seq, index }))
  const letGo = (held: Held, fate: Fate) => {
    const lane = lanes.get(held.lane)
    lane?.delete(placeOf(held.ref))
    if (lane?.size === 0) lanes.delete(held.lane)
    become(held, fate)
  }
  const wait = (held: Held, dueAt: number) => {
    held.dueAt = dueAt
    held.leased = false
    const tell = () => listeners.tell([held.lane])
    held.callOff = clock.after(Math.max(0, dueAt - clock.now()), tell)
  }
  const bury = (held: Held, code: string, message: string) => {
    const buriedAt = clock.now()
    const { nonce, kind, lane, receivedAt, record, index } = held
    const letter = { nonce, kind, lane, code, message, attempts: held.attempts + 1, buriedAt, receivedAt }
    letters.set(keyOf(kind, nonce), { ...letter, record, index })
    letGo(held, { state: 'buried', code, message, buriedAt })
    count(STEPS.bury)
  }
  const deliver = (held: Held, upstreamId?: string) => {
    const delivered = { state: 'delivered', deliveredAt: clock.now() } as const
    letGo(held, upstreamId === undefined ? delivered : { ...delivered, upstreamId })
    count(STEPS.deliver)
  }
  const carryOut = (held: Held, settlement: Settlement) => {
    if (settlement.type === 'ack') return deliver(held, settlement.upstreamId)
    if (settlement.type === 'bury') return bury(held, settlement.code, settlement.message)
    held.attempting = settlement.type === 'mark'
    if (settlement.type === 'mark') return
    held.attempts += settlement.counted ? 1 : 0
    held.triedMs = settlement.triedMs
    wait(held, settlement.dueAt)
  }
  const takeLetter = (nonce: string, kind?: Kind): DeadLetter | undefined => {
    const key = keysOf(nonce, kind).find((one) => letters.has(one))
    if (key === undefined) return undefined
    const letter = letters.get(key)
    letters.delete(key)
    return letter
  }

  return {
    durability: 'process-crash',
    async put(intake) {
      assertOpen()
      assertRoom(intake.entries)
      seq += 1
      const outcomes = intake.entries.map((entry) => accept(entry, intake))
      for (const outcome of outcomes) if (outcome === 'duplicate') count(STEPS.repeat)
      listeners.tell(intake.entries.filter((_, at) => outcomes[at] === 'accepted').map(({ lane }) => lane))
      return outcomes
    },
    lanes: () => [...lanes.keys()],
    heldIn: (lane) => lanes.get(lane)?.size ?? 0,
    oldestAt() {
      const received = [...lanes.values()].flatMap((lane) =>
        [...lane.values()].map((held) => held.receivedAt),
      )
      return received.length === 0 ? undefined : received.reduce((a, b) => Math.min(a, b))
    },
    async lease(lane, max) {
      assertOpen()
      const due: Held[] = []
      for (const held of lanes.get(lane)?.values() ?? []) {
        if (due.length >= max) break
        if (!held.leased && held.dueAt <= clock.now()) due.push(held)
      }
      return due.map((held) => {
        held.leased = true
        held.callOff()
        return leasedOf(held)
      })
    },
    async settle(ref, settlement) {
      assertOpen()
      const held = find(ref)
      if (!held?.leased) throw new TypeError(`settle: entry ${ref.seq}/${ref.index} is not leased`)
      carryOut(held, settlement)
    },
    release(refs) {
      for (const ref of refs) {
        const held = find(ref)
        if (held?.leased) Object.assign(held, { leased: false, dueAt: clock.now() })
      }
    },
    nextDueAt(lane) {
      const waiting = [...(lanes.get(lane)?.values() ?? [])].filter(
        ({ leased, dueAt }) => !leased && dueAt > 0,
      )
      if (waiting.length === 0) return undefined
      return waiting.reduce((least, { dueAt }) => Math.min(least, dueAt), Number.POSITIVE_INFINITY)
    },
    onWork: listeners.on,
    fate(nonce, kind) {
      const memory = keysOf(nonce, kind)
        .map((key) => known.get(key))
        .find((one) => one !== undefined)
      return memory && fateOf(memory.now)
    },
    deadLetters: (filter = {}) => pageOfLetters(inOrder(letters.values(), filter.after), filter),
    deadLetter: (nonce, kind) =>
      keysOf(nonce, kind)
        .map((key) => letters.get(key))
        .find((letter) => letter !== undefined),
    async redrive(nonce, kind) {
      assertOpen()
      const letter = takeLetter(nonce, kind)
      if (!letter) return false
      seq += 1
      become(letter, hold(letter, letter.record, letter.receivedAt))
      count(STEPS.redrive)
      listeners.tell([letter.lane])
      return true
    },
    async drop(nonce, kind) {
      assertOpen()
      const letter = takeLetter(nonce, kind)
      if (!letter) return false
      become(letter, { state: 'settled' })
      count(STEPS.drop)
      return true
    },
    ledger: () => ledger,
    async close() {
      closed = true
      for (const lane of lanes.values()) for (const held of lane.values()) held.callOff()
    },
  }
}
