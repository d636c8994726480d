import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import { createListeners } from '../listeners.ts'
import {
  type DeadLetter,
  type EntryRef,
  type Lane,
  type Outbox,
  OutboxFailed,
  OutboxFull,
  type Settlement,
} from '../outbox.ts'
import { type Single, whole } from '../single.ts'
import { openCompany } from './company.ts'
import { createErase } from './erase.ts'
import { type Ground, openGround, START_MS } from './ground.ts'
import { createHands, type Hands } from './hands.ts'
import { readBase } from './import.ts'
import { fateOfRecord } from './item-record.ts'
import { createLease } from './lease.ts'
import { createLetterBox, pageOf, type StoredLetter } from './letter-box.ts'
import { firstFrom, lookAt, lookAtAll } from './look.ts'
import { nonceKeyOf } from './names.ts'
import { createPut } from './put.ts'
import { createDecisions } from './redrive.ts'
import { createRegister } from './register.ts'
import { createRemove } from './remove.ts'
import { createSettle } from './settle.ts'
import { type KeysAtHand, shareKey } from './shared-key.ts'
import { createSweep } from './sweep.ts'
import { startTending } from './tend.ts'
import type { NatsSettings } from './url.ts'
import { createView } from './view.ts'

export type NatsOutboxOptions = {
  settings: NatsSettings
  projectId: string
  clock: Clock
  log: Log
  /** What cuts one item out of a record: each item is a message of its own. @default the whole record with each */
  single?: Single
  /** @default nothing is encrypted */
  sealing?: KeysAtHand
  /** Entries held, by all relays together, before puts are refused. @default 5000000 */
  maxBacklog?: number
  /** How long delivered entries can be asked for, in ms, at most 30 days. @default 86400000 */
  keepDeliveredMs?: number
  /** How long dead letters stay, in ms, before they are dropped. @default 7776000000 */
  keepDeadLettersMs?: number
}

const DAY_MS = 24 * 3_600_000

/**
 * Opens the outbox that any number of relays share: streams of NATS JetStream. Rejects when no server is reached.
 *
 * @throws StreamsDiffer when streams of these names have other settings; ClaimRefused when the durability asked for
 * cannot be verified
 */
export const openNatsOutbox = async (options: NatsOutboxOptions): Promise<Outbox> => {
  const { keepDeadLettersMs = 90 * DAY_MS } = options
  const ground = await openGround({ ...options, keepDeadLettersMs })
  try {
    return await openOn(ground, { ...options, keepDeadLettersMs })
  } catch (error) {
    await ground.link.nc.close()
    throw error
  }
}

type Kept = NatsOutboxOptions & { keepDeadLettersMs: number }

const openOn = async (ground: Ground, options: Kept): Promise<Outbox> => {
  const { clock, log, settings, single = whole, maxBacklog = 5_000_000, sealing = CLEAR } = options
  const { keepDeliveredMs = DAY_MS, keepDeadLettersMs } = options
  const { link, names, queues, nonces } = ground
  const stopSharing = await shareKey({ ...ground, clock, log, sealing })
  const relay = randomUUID()
  const listeners = createListeners()
  const counts = await link.persist(() => lookAtAll(link, names, queues), START_MS)
  const view = createView(counts, await readBase(ground.shared))
  const hands = createHands(clock, (lane) => listeners.tell([lane]))
  const letters = createLetterBox(link, names)
  const register = createRegister({ link, names, view })
  const remove = createRemove(link, names)
  const common = { ...ground, relay, letters, register, remove, hands, view, clock, log }
  const settling = createSettle(common)
  const lease = createLease({ ...common, settling })
  const onLanes = (lanes: readonly Lane[]) => {
    for (const lane of lanes) queues.learn(lane)
    listeners.tell(lanes)
  }
  const company = await openCompany({ kv: ground.shared, link, names, relay, onLanes, clock, log })
  const onPut = (lanes: ReadonlySet<Lane>) => {
    listeners.tell(lanes)
    company.tellLanes(lanes)
  }
  const put = createPut({ ...common, single, maxBacklog, onPut })
  const { redrive, drop } = createDecisions({ ...common, onPut })
  const erase = createErase({ ...common, drop })
  const stopTending = startTending({
    clock,
    log,
    hands,
    view,
    leaseMs: settings.leaseMs,
    look: () => link.persist(() => lookAt(link, names, queues)),
    sweep: createSweep({ ...common, settling, leaseMs: settings.leaseMs, onPut }),
    onWork: listeners.tell,
  })

  let closing: Promise<void> | undefined
  let busy = 0
  let onIdle = () => {}
  /** Counted, so that what is under way is finished before the connection is closed. */
  const whileOpen = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closing) throw new OutboxFailed('the outbox is closed')
    busy += 1
    try {
      return await work()
    } finally {
      busy -= 1
      if (busy === 0) onIdle()
    }
  }
  /** When all is quiet, the oldest item is looked up at once; else with the next look. */
  const lookForFirst = async (gone: number) => {
    const { first } = view.counts()
    if (busy > 1 || first?.seq !== gone) return
    const next = await firstFrom(link, names, gone + 1).catch(() => first)
    if (view.counts().first?.seq === gone) view.firstIs(next)
  }
  const settle = async (ref: EntryRef, settlement: Settlement) => {
    const item = hands.leased(ref)
    if (!item) throw new TypeError(`settle: entry ${ref.seq}/${ref.index} is not leased`)
    try {
      await settling.settle(item, settlement)
    } catch (error) {
      // Tried again by whoever asked; after anything else nobody would, and a lease kept alive would keep it for ever.
      if (!(error instanceof OutboxFull)) hands.drop(item)
      throw error
    }
    if (settlement.type === 'ack' || settlement.type === 'bury') await lookForFirst(ref.seq)
  }
  const close = async () => {
    stopTending()
    stopSharing()
    company.stop()
    hands.stop()
    if (busy > 0) await new Promise<void>((resolve) => (onIdle = resolve))
    company.leave()
    await leave(ground, hands, clock)
  }

  return {
    durability: settings.durability,
    company,
    put: (intake) => whileOpen(() => put(intake)),
    lanes: () => [...view.counts().lanes.keys()],
    heldIn: (lane) => view.counts().lanes.get(lane) ?? 0,
    oldestAt: () => view.counts().first?.receivedAt,
    lease: (lane, max) => whileOpen(() => lease(lane, max)),
    settle: (ref, settlement, then) => void whileOpen(() => settle(ref, settlement)).then(() => then(), then),
    release(refs) {
      for (const ref of refs) hands.release(ref)
    },
    nextDueAt: hands.nextDueAt,
    onWork: listeners.on,
    async fate(nonce, kind) {
      const keeping = { now: clock.now(), keepDeliveredMs, keepDeadLettersMs }
      for (const of of kind ? [kind] : (['event', 'interaction'] as const)) {
        const known = await nonces.read(nonceKeyOf({ kind: of, nonce }))
        if (known) return fateOfRecord(known.record, keeping)
      }
      return undefined
    },
    async *deadLetters(filter = {}) {
      for await (const letter of pageOf(letters.inOrder(filter.after), filter)) yield deadLetterOf(letter)
    },
    async deadLetter(nonce, kind) {
      const letter = await letters.read(nonce, kind)
      return letter && deadLetterOf(letter)
    },
    redrive: (nonce, kind) => whileOpen(() => redrive(nonce, kind)),
    drop: (nonce, kind) => whileOpen(() => drop(nonce, kind)),
    erase: (request) => whileOpen(() => erase(request)),
    ledger: view.ledger,
    close() {
      closing ??= close()
      return closing
    },
  }
}

const deadLetterOf = ({
  head: { fingerprint: _fingerprint, seq: _seq, round: _round, ...letter },
  record,
}: StoredLetter): DeadLetter => ({
  ...letter,
  record,
})

/** Gives everything in hand to the other relays, waits included, and hangs up. */
const leave = async ({ link: { nc } }: Ground, hands: Hands, clock: Clock): Promise<void> => {
  for (const { delivery, record } of hands.all()) delivery.giveBack(Math.max(0, record.dueAt - clock.now()))
  // Without a server there is nobody to say it to: the leases run out by themselves.
  await Promise.race([nc.drain(), new Promise<void>((resolve) => void clock.after(LEAVE_MS, resolve))])
  await nc.close()
}

const LEAVE_MS = 2_000
const CLEAR: KeysAtHand = { keys: () => undefined, keyInUse: () => undefined }
