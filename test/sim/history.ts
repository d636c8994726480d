import { EMPTY_LEDGER, isBalanced } from '../../packages/relay/src/outbox/ledger.ts'
import { decodeFrame, type LetterHead } from '../../packages/relay/src/outbox/nats/frame.ts'
import type { ItemRecord } from '../../packages/relay/src/outbox/nats/item-record.ts'
import {
  laneOfSubject,
  letterOfSubject,
  namesOf,
  nonceKeyOf,
} from '../../packages/relay/src/outbox/nats/names.ts'
import { ledgerOf } from '../../packages/relay/src/outbox/nats/view.ts'
import { type LeasedEntry, OutboxFull } from '../../packages/relay/src/outbox/outbox.ts'
import { intakeOf, type Wanted } from '../relay/outbox/intakes.ts'
import { createSeeded, oneOf, wholeIn } from '../support/seeded.ts'
import { createServer } from './jetstream.ts'
import { createSimulatedRelay, LANES, type SimulatedRelay } from './relay.ts'
import { createWorld, type World } from './world.ts'

const names = namesOf('sim', 'shop')
const LEASE_MS = 3_000
const PATIENCE_MS = 30_000
const MAX_STEPS = 15_000
/** What a queue has forgotten while it was tried is looked after in minutes. */
const MAX_CALM_STEPS = 150_000
const NEVER = new Promise<never>(() => {})

/** The upstream: it takes events by nonce, and interactions as often as they come. */
const createUpstream = () => {
  const arrivals = new Map<string, number>()
  return {
    arrivals,
    take: (key: string) => void arrivals.set(key, (arrivals.get(key) ?? 0) + 1),
  }
}

const keyOf = ({ kind = 'event', nonce }: { kind?: string | undefined; nonce: string }) => `${kind}/${nonce}`

/** What is wrong with a history: nothing, hopefully. */
export type Verdict = { seed: number; faults: string[]; steps: string }

/** One history: relays that put and forward, clients that repeat, and whatever chance does to them. */
export const runHistory = async (seed: number): Promise<Verdict> => {
  const random = createSeeded(seed)
  const world = createWorld(random)
  const server = createServer(names, world.now, LEASE_MS)
  const upstream = createUpstream()
  const faults: string[] = []
  const relays: SimulatedRelay[] = []
  let born = 0
  let isStormy = true

  const startRelay = () => {
    born += 1
    const relay = createSimulatedRelay(world, server, names, `relay-${born}`, LEASE_MS)
    relays.push(relay)
    for (const lane of LANES) void forward(world, relay, lane, upstream, () => isStormy)
    return relay
  }
  const living = () => relays.filter(({ being }) => being.alive)
  for (let n = wholeIn(random, 1, 3); n > 0; n -= 1) startRelay()
  world.weather = { lost: random() * 0.1, unanswered: random() * 0.1 }

  const items = Array.from(
    { length: wholeIn(random, 1, 8) },
    (_, n): Wanted => ({
      nonce: `n${n}`,
      kind: random() < 0.4 ? 'interaction' : 'event',
      eventType: 'a',
    }),
  )
  const accepted = new Set<string>()
  const clients = items.map((item) => client(world, item, living, accepted))
  const people = person(world, living, items, () => isStormy)

  const strike = async () => {
    while (isStormy) {
      await world.sleep(random() * 4_000)
      const victim = living().length > 0 ? oneOf(random, ...living()) : undefined
      const chance = random()
      if (chance < 0.35 && victim) {
        victim.being.alive = false
        startRelay()
      } else if (chance < 0.6 && victim) victim.being.frozenUntil = world.now() + random() * 3 * LEASE_MS
      else if (chance < 0.7) server.handing.forget(random() < 0.3)
      else if (chance < 0.9) server.failover(random)
      else startRelay()
    }
  }
  void strike()

  let sent = false
  void Promise.all([...clients, people]).then(() => {
    sent = true
  })
  await world.run(() => sent && world.now() > 1_764_000_020_000, MAX_STEPS)
  isStormy = false
  world.weather = { lost: 0, unanswered: 0 }
  for (const { being } of relays) being.frozenUntil = 0
  if (living().length === 0) startRelay()
  const items_ = server.of(names.items)
  const calmAt = world.now()
  await world.run(
    () => sent && items_.state().messages === 0 && world.now() > calmAt + 4 * LEASE_MS,
    MAX_CALM_STEPS,
  )

  if (!sent) faults.push('a client never got its answer')
  if (items_.state().messages > 0)
    faults.push(`held for ever: ${items_.all().map(({ subject }) => laneOfSubject(subject))}`)
  const letters = new Set(
    Object.keys(server.of(names.letters).state().subjects).map((subject) => keyOf(letterOfSubject(subject))),
  )
  for (const item of items) {
    const key = keyOf(item)
    const times = upstream.arrivals.get(key) ?? 0
    const code = codeOf(key, server)
    if (!accepted.has(key)) faults.push(`never accepted: ${key}`)
    if (times === 0 && !letters.has(key) && stateOf(item, server) !== 'dropped') faults.push(`lost: ${key}`)
    if (item.kind === 'interaction' && times > 1) faults.push(`doubled: ${key}`)
    if (times > 0 && letters.has(key) && code !== 'IN_DOUBT' && item.kind === 'interaction')
      faults.push(`delivered and buried as ${code}: ${key}`)
  }
  const state = (name: string) => server.of(name).state()
  const ledger = ledgerOf(
    {
      itemsEver: state(names.items).last_seq,
      held: state(names.items).messages,
      buriedEver: state(names.burials).last_seq,
      buried: state(names.letters).messages,
      redriven: state(names.redriven).last_seq,
      requeued: state(names.requeued).last_seq,
      repeats: 0,
      lanes: new Map(),
    },
    EMPTY_LEDGER,
  )
  if (!isBalanced(ledger)) faults.push(`unbalanced: ${JSON.stringify(ledger)}`)
  if (ledger.received !== accepted.size) faults.push(`received ${ledger.received}, not ${accepted.size}`)
  if (ledger.buried !== letters.size) faults.push('letters miscounted')
  for (const end of ['delivered', 'dropped'] as const) {
    const known = items.filter((item) => stateOf(item, server) === end).length
    if (ledger[end] !== known) faults.push(`${end} ${ledger[end]}, not ${known}`)
  }
  for (const { being } of relays) being.alive = false
  return { seed, faults, steps: `${born} relays, ${items.length} items` }
}

const codeOf = (key: string, server: ReturnType<typeof createServer>): string | undefined => {
  const [kind = '', nonce = ''] = key.split('/')
  const letter = server.of(names.letters).get({ last_by_subj: `sim.shop.letters.${kind}.${nonce}` })
  return letter ? decodeFrame<LetterHead>(letter.data).head.code : undefined
}

/** What the record of its nonce says. */
const stateOf = (item: Wanted, server: ReturnType<typeof createServer>): string | undefined => {
  const key = nonceKeyOf({ kind: item.kind ?? 'event', nonce: item.nonce })
  const message = server.of(names.nonces).get({ last_by_subj: key })
  return message ? (JSON.parse(Buffer.from(message.data).toString()) as ItemRecord).state : undefined
}

/** Sends its item until a relay has answered, as a tag does, and once more for good measure. */
const client = async (world: World, item: Wanted, living: () => SimulatedRelay[], accepted: Set<string>) => {
  for (let answers = 0; answers < 2; ) {
    await world.sleep(world.random() * 6_000)
    const relays = living()
    if (relays.length === 0) continue
    const relay = oneOf(world.random, ...relays)
    const answer = relay.put(intakeOf([item], world.now())).catch(() => undefined)
    const outcomes = await Promise.race([answer, world.sleep(PATIENCE_MS)])
    if (!outcomes) continue
    if (outcomes[0] === 'conflict') throw new Error('a conflict of an item with itself')
    accepted.add(keyOf(item))
    answers += 1
  }
}

/** Redrives or drops now and then: what was refused is tried again, never what is in doubt. */
const person = async (
  world: World,
  living: () => SimulatedRelay[],
  items: readonly Wanted[],
  goesOn: () => boolean,
) => {
  for (let deeds = 0; deeds < 3 && goesOn(); deeds += 1) {
    await world.sleep(world.random() * 8_000)
    const relays = living()
    const item = oneOf(world.random, ...items)
    if (relays.length === 0 || item.kind === 'interaction') continue
    await decide(world, living, item, world.random() < 0.2 ? 'drop' : 'redrive')
  }
}

/** Until a relay has answered: one that dies in the middle leaves it to be done again. */
const decide = async (
  world: World,
  living: () => SimulatedRelay[],
  item: Wanted,
  what: 'redrive' | 'drop',
) => {
  for (let answer: unknown; answer === undefined; ) {
    const relays = living()
    const deed = relays.length > 0 && oneOf(world.random, ...relays)[what](item.nonce, item.kind)
    answer = await Promise.race([Promise.resolve(deed).catch(() => undefined), world.sleep(PATIENCE_MS)])
  }
}

type Upstream = ReturnType<typeof createUpstream>

/** What the forwarder does with a lane, told briefly: lease, mark, deliver, settle. */
const forward = async (
  world: World,
  relay: SimulatedRelay,
  lane: string,
  upstream: Upstream,
  isStormy: () => boolean,
) => {
  const rest = (ms: number) => new Promise<void>((resolve) => void relay.clock.after(ms, resolve))
  const settle = async (
    entry: LeasedEntry,
    settlement: Parameters<SimulatedRelay['settle']>[1],
  ): Promise<boolean> => {
    for (;;) {
      try {
        await relay.settle(entry.ref, settlement)
        return true
      } catch (error) {
        if (!(error instanceof OutboxFull)) return false
        await rest(1_000)
      }
    }
  }
  /** Long enough, now and then, for a lease to run out in the middle. */
  const dawdle = () => (isStormy() && world.random() < 0.3 ? rest(world.random() * 2 * LEASE_MS) : undefined)
  const deliver = async (entry: LeasedEntry) => {
    if (entry.attempting) return settle(entry, { type: 'bury', code: 'IN_DOUBT', message: '' })
    if (isStormy() && world.random() < 0.1)
      return settle(entry, { type: 'bury', code: 'REFUSED', message: '' })
    await dawdle()
    if (entry.kind === 'interaction' && !(await settle(entry, { type: 'mark' })))
      return relay.release(entry.ref)
    await dawdle()
    const outcome = await relay
      .ask(() => upstream.take(keyOf(entry)))
      .then(
        () => 'taken',
        () => 'unclear',
      )
    if (outcome === 'taken') return settle(entry, { type: 'ack', upstreamId: 'up' })
    if (entry.kind === 'interaction') return settle(entry, { type: 'bury', code: 'IN_DOUBT', message: '' })
    return settle(entry, {
      type: 'retry',
      dueAt: world.now() + world.random() * 5_000,
      triedMs: 0,
      counted: true,
    })
  }
  while (relay.being.alive) {
    const entries = await relay.lease(lane, 4).catch(() => [])
    await Promise.all(entries.map(deliver))
    await (relay.being.alive ? rest(100 + world.random() * 900) : NEVER)
  }
}
