import type { KV } from '@nats-io/kv'
import type { Clock } from '../../packages/relay/src/clock.ts'
import { EMPTY_LEDGER } from '../../packages/relay/src/outbox/ledger.ts'
import { createHands } from '../../packages/relay/src/outbox/nats/hands.ts'
import { createLease } from '../../packages/relay/src/outbox/nats/lease.ts'
import { createLetterBox } from '../../packages/relay/src/outbox/nats/letter-box.ts'
import { type Link, persist } from '../../packages/relay/src/outbox/nats/link.ts'
import type { Names } from '../../packages/relay/src/outbox/nats/names.ts'
import { createNonceBucket } from '../../packages/relay/src/outbox/nats/nonce-bucket.ts'
import type { Delivery } from '../../packages/relay/src/outbox/nats/pull.ts'
import { createPut } from '../../packages/relay/src/outbox/nats/put.ts'
import type { Queues } from '../../packages/relay/src/outbox/nats/queues.ts'
import { createDecisions } from '../../packages/relay/src/outbox/nats/redrive.ts'
import { createRegister } from '../../packages/relay/src/outbox/nats/register.ts'
import { createRemove } from '../../packages/relay/src/outbox/nats/remove.ts'
import { createSettle } from '../../packages/relay/src/outbox/nats/settle.ts'
import { createSweep } from '../../packages/relay/src/outbox/nats/sweep.ts'
import { startTending } from '../../packages/relay/src/outbox/nats/tend.ts'
import { createView, NO_COUNTS } from '../../packages/relay/src/outbox/nats/view.ts'
import type { Stand } from '../../packages/relay/src/outbox/nats/whereabouts.ts'
import type { EntryRef, Settlement } from '../../packages/relay/src/outbox/outbox.ts'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { singleOf } from '../relay/outbox/intakes.ts'
import type { Publication, Server, Which } from './jetstream.ts'
import type { Being, World } from './world.ts'

export const LANES = ['event:a', 'interaction:']

type PublishOptions = { msgID?: string; expect?: { lastSubjectSequence?: number } }

/** The client library's face, as far as the outbox looks at it; behind it, requests of this world. */
const createClient = (world: World, being: Being, clock: Clock, server: Server, names: Names) => {
  const ask = <T>(effect: () => T): Promise<T> => world.request(being, effect)
  const link = {
    js: {
      publish: (
        subject: string,
        data: Uint8Array = new Uint8Array(0),
        { msgID, expect }: PublishOptions = {},
      ) => {
        const publication: Publication = { subject, data, msgID, expected: expect?.lastSubjectSequence }
        return ask(() => server.bySubject(subject).publish(publication))
      },
    },
    jsm: {
      streams: {
        getMessage: (stream: string, which: Which) => ask(() => server.of(stream).get(which)),
        deleteMessage: (stream: string, seq: number) => ask(() => server.of(stream).remove(seq)),
        info: (stream: string) => ask(() => ({ state: server.of(stream).state() })),
      },
    },
    persist: <T>(request: () => Promise<T>) => persist(request, clock),
  }
  const nonces = server.of(names.nonces)
  const write = (subject: string, text: string, expected: number) =>
    ask(() => nonces.publish({ subject, data: Buffer.from(text), expected }).seq)
  const kv = {
    get: async (subject: string) => {
      const message = await ask(() => nonces.get({ last_by_subj: subject }))
      return (
        message && {
          operation: 'PUT',
          revision: message.seq,
          string: () => Buffer.from(message.data).toString(),
        }
      )
    },
    create: (subject: string, text: string) => write(subject, text, 0),
    update: write,
  }
  // What is not there is not asked for: a call of it would fail the run at once.
  return { link: link as unknown as Link, kv: kv as unknown as KV, ask }
}

/** One relay's outbox, put together of the shipped parts, over a server of this world. */
export const createSimulatedRelay = (
  world: World,
  server: Server,
  names: Names,
  name: string,
  leaseMs: number,
) => {
  const being: Being = { name, alive: true, frozenUntil: 0 }
  const clock = world.clockOf(being)
  const { link, kv, ask } = createClient(world, being, clock, server, names)
  const deliveryOf = ({ seq, data }: { seq: number; data: Uint8Array }): Delivery => ({
    seq,
    data,
    giveBack: (delayMs) => void ask(() => server.handing.giveBack(seq, delayMs)).catch(() => {}),
    working: () => void ask(() => server.handing.working(seq)).catch(() => {}),
  })
  const stands = new Map<string, Stand>()
  const drainedAt = new Map<string, number>()
  const queues: Queues = {
    enter: async (lane) => lane,
    has: () => true,
    learn: () => {},
    renew: async () => {},
    stand: (lane) => stands.get(lane),
    stood: () => [...stands.keys()],
    drainedAt: (lane) => drainedAt.get(lane) ?? 0,
    async pull(lane, max) {
      const given = await ask(() => server.handing.pull(lane, max))
      if (given.length < max) drainedAt.set(lane, clock.now())
      return given.map(deliveryOf)
    },
    async counts() {
      for (const lane of LANES) stands.set(lane, await ask(() => server.handing.stand(lane)))
      return new Map([...stands].map(([lane, { pending, handedOut }]) => [lane, pending + handedOut]))
    },
  }
  const view = createView(NO_COUNTS, EMPTY_LEDGER)
  const hands = createHands(clock, () => {})
  const nonces = createNonceBucket(kv, link)
  const letters = createLetterBox(link, names)
  const register = createRegister({ link, names, view })
  const remove = createRemove(link, names)
  const common = {
    relay: name,
    register,
    remove,
    link,
    names,
    queues,
    nonces,
    letters,
    hands,
    view,
    clock,
    log: silentLog,
  }
  const settling = createSettle(common)
  const look = async () => {
    const items = server.of(names.items)
    const [held, first] = await ask(() => [items.all().length, items.all()[0]] as const)
    return {
      seen: { held, first: first && { seq: first.seq, receivedAt: 0 }, lanes: await queues.counts() },
      unseen: new Map(),
    }
  }
  const sweep = createSweep({ ...common, settling, leaseMs, onPut: () => {} })
  startTending({ clock, log: silentLog, hands, view, leaseMs, look, sweep, onWork: () => {} })
  return {
    being,
    clock,
    put: createPut({ ...common, single: singleOf, maxBacklog: 1e9, onPut: () => {} }),
    lease: createLease({ ...common, settling }),
    release: hands.release,
    async settle(ref: EntryRef, settlement: Settlement) {
      const item = hands.leased(ref)
      if (item) await settling.settle(item, settlement)
    },
    ...createDecisions({ ...common, onPut: () => {} }),
    ask,
  }
}

export type SimulatedRelay = ReturnType<typeof createSimulatedRelay>
