import type { Kind } from '@wmkt/protocol'
import type { Clock } from '../../packages/relay/src/clock.ts'
import type { Fingerprint } from '../../packages/relay/src/outbox/fingerprint.ts'
import { addToLedger, EMPTY_LEDGER, type LedgerDelta, STEPS } from '../../packages/relay/src/outbox/ledger.ts'
import { pageOfLetters } from '../../packages/relay/src/outbox/letter-page.ts'
import { createListeners } from '../../packages/relay/src/outbox/listeners.ts'
import {
  type DeadLetter,
  type EraseRequest,
  type EraseStep,
  type Fate,
  type Intake,
  type LeasedEntry,
  type LocalOutbox,
  type NewEntry,
  OutboxFailed,
  OutboxFull,
  type PutOutcome,
  type Settlement,
} from '../../packages/relay/src/outbox/outbox.ts'
import { NOTHING_ERASED, pickedIn } from '../../packages/relay/src/outbox/picking.ts'
import { orWhole, type Single, whole } from '../../packages/relay/src/outbox/single.ts'
import { createMemoryLanes, type Held } from './memory-lanes.ts'

export type MemoryOutboxOptions = {
  clock: Clock
  /** What cuts one item out of a record, for its dead letter. @default the letter keeps the whole record */
  single?: Single
  /** Entries held before puts are refused. @default 5000000 */
  maxBacklog?: number
}

/** `now`: the entry while it is held, then what became of it. */
type Known = { fingerprint: Fingerprint; now: Held | Fate }
type Named = { kind: Kind; nonce: string }

const KINDS: readonly Kind[] = ['event', 'interaction']
const keyOf = ({ kind, nonce }: Named): string => `${kind}/${nonce}`
const keysOf = (nonce: string, kind?: Kind): string[] =>
  (kind ? [kind] : KINDS).map((of) => keyOf({ kind: of, nonce }))

/** An outbox in memory, for tests of what stands before and behind one. What it holds dies with the process. */
export const createMemoryOutbox = (options: MemoryOutboxOptions): LocalOutbox => {
  const { clock, maxBacklog = 5_000_000, single = whole } = options
  const listeners = createListeners()
  const lanes = createMemoryLanes(clock, (lane) => listeners.tell([lane]))
  const known = new Map<string, Known>()
  const letters = new Map<string, DeadLetter>()
  let ledger = EMPTY_LEDGER
  let seq = 0
  let closed = false

  const count = (delta: LedgerDelta) => {
    ledger = addToLedger(ledger, delta)
  }
  const become = (named: Named, now: Held | Fate) => {
    const memory = known.get(keyOf(named))
    if (memory) memory.now = now
  }
  const accept = (entry: NewEntry, { record, receivedAt }: Intake): PutOutcome => {
    const { kind, nonce, lane, index, fingerprint } = entry
    const before = known.get(keyOf(entry))
    if (before) return before.fingerprint === fingerprint ? 'duplicate' : 'conflict'
    const now = lanes.add({ ref: { lane, seq, index }, kind, nonce, record, receivedAt })
    known.set(keyOf(entry), { fingerprint, now })
    count(STEPS.receive)
    return 'accepted'
  }
  const assertOpen = () => {
    if (closed) throw new OutboxFailed('the outbox is closed')
  }
  const assertRoom = (entries: readonly NewEntry[]) => {
    const isFull = ledger.held >= maxBacklog
    if (isFull && entries.some((entry) => !known.has(keyOf(entry)))) throw new OutboxFull('backlog')
  }

  const letGo = (held: Held, fate: Fate) => {
    lanes.remove(held)
    become(held, fate)
  }
  const bury = (held: Held, code: string, message: string) => {
    const buriedAt = clock.now()
    const { nonce, kind, lane, receivedAt, record, index } = held
    const own = orWhole(single)(record)(index)
    const letter = { nonce, kind, lane, code, message, attempts: held.attempts + 1, buriedAt, receivedAt }
    letters.set(keyOf(held), { ...letter, ...own })
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
    lanes.wait(held, settlement.dueAt)
  }
  const letterOf = (nonce: string, kind?: Kind): DeadLetter | undefined =>
    keysOf(nonce, kind)
      .map((key) => letters.get(key))
      .find((letter) => letter !== undefined)
  const takeLetter = (nonce: string, kind?: Kind): DeadLetter | undefined => {
    const letter = letterOf(nonce, kind)
    if (letter) letters.delete(keyOf(letter))
    return letter
  }

  const drop = (letter: DeadLetter) => {
    letters.delete(keyOf(letter))
    become(letter, { state: 'settled' })
    count(STEPS.drop)
  }
  const eraseHeld = (held: Held, { picker, dryRun }: EraseRequest, sum: EraseStep) => {
    sum.looked += 1
    const picked = pickedIn(picker, held.record)
    if (!picked) sum.unreadable += 1
    if (!picked?.includes(held.index)) return
    sum[held.leased ? 'underWay' : 'held'] += 1
    if (dryRun || held.leased) return
    letGo(held, { state: 'settled' })
    count(STEPS.erase)
  }
  /** The record of a batch is shared: it goes with its last entry. */
  const erase = (request: EraseRequest): EraseStep => {
    const sum = { ...NOTHING_ERASED, of: ledger.held + ledger.buried }
    if (!request.dryRun) request.makeWay?.()
    for (const lane of lanes.names()) for (const held of lanes.in(lane)) eraseHeld(held, request, sum)
    for (const letter of [...letters.values()]) {
      sum.looked += 1
      if (!pickedIn(request.picker, letter.record)?.includes(letter.index)) continue
      sum.deadLetters += 1
      if (!request.dryRun) drop(letter)
    }
    return sum
  }

  return {
    durability: 'process-crash',
    async put(intake) {
      assertOpen()
      assertRoom(intake.entries)
      seq += 1
      const kept = { ...intake, record: Buffer.from(intake.record) }
      const outcomes = intake.entries.map((entry) => accept(entry, kept))
      for (const outcome of outcomes) if (outcome === 'duplicate') count(STEPS.repeat)
      listeners.tell(intake.entries.filter((_, at) => outcomes[at] === 'accepted').map(({ lane }) => lane))
      return outcomes
    },
    lanes: lanes.names,
    heldIn: (lane) => lanes.in(lane).length,
    oldestAt() {
      const received = lanes.names().flatMap((lane) => lanes.in(lane).map(({ receivedAt }) => receivedAt))
      return received.length === 0 ? undefined : received.reduce((a, b) => Math.min(a, b))
    },
    async lease(lane, max) {
      assertOpen()
      return lanes.lease(lane, max).map(leasedOf)
    },
    settle(ref, settlement, then) {
      const settleNow = async () => {
        assertOpen()
        const held = lanes.find(ref)
        if (!held?.leased) throw new TypeError(`settle: entry ${ref.seq}/${ref.index} is not leased`)
        carryOut(held, settlement)
      }
      settleNow().then(() => then(), then)
    },
    release(refs) {
      const held = refs.map(lanes.find).filter((one) => one?.leased === true)
      for (const one of held) if (one) lanes.release(one)
    },
    nextDueAt: lanes.nextDueAt,
    onWork: listeners.on,
    fate(nonce, kind) {
      const memories = keysOf(nonce, kind).map((key) => known.get(key))
      const memory = memories.find((one) => one !== undefined)
      return memory && fateOf(memory.now)
    },
    deadLetters: (filter = {}) => pageOfLetters(inOrder(letters.values(), filter.after), filter),
    deadLetter: letterOf,
    async redrive(nonce, kind) {
      assertOpen()
      const letter = takeLetter(nonce, kind)
      if (!letter) return false
      seq += 1
      const { lane, index } = letter
      become(letter, lanes.add({ ...named(letter), ref: { lane, seq, index } }))
      count(STEPS.redrive)
      listeners.tell([lane])
      return true
    },
    async drop(nonce, kind) {
      assertOpen()
      const letter = letterOf(nonce, kind)
      if (letter) drop(letter)
      return letter !== undefined
    },
    async erase(request) {
      assertOpen()
      return erase(request)
    },
    ledger: () => ledger,
    async close() {
      closed = true
      lanes.stop()
    },
  }
}

const named = ({ kind, nonce, record, receivedAt }: DeadLetter) => ({ kind, nonce, record, receivedAt })

const fateOf = (now: Held | Fate): Fate =>
  'state' in now ? now : { state: 'held', lane: now.lane, attempts: now.attempts }

const leasedOf = ({ receivedAt, dueAt, leased, callOff, ...entry }: Held): LeasedEntry => entry

const inOrder = (letters: Iterable<DeadLetter>, after: string | undefined): DeadLetter[] =>
  [...letters]
    .filter(({ nonce }) => after === undefined || nonce > after)
    .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
const orderOf = ({ nonce, kind }: DeadLetter): string => `${nonce}\0${kind}`
