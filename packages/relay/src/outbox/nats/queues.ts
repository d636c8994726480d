import { AckPolicy, type ConsumerConfig, type ConsumerInfo, DeliverPolicy } from '@nats-io/jetstream'
import type { Clock } from '../../clock.ts'
import { overflowLaneOf } from '../lane.ts'
import type { Lane } from '../outbox.ts'
import type { Link } from './link.ts'
import { consumerOf, laneOfConsumer, laneOfSubject, type Names } from './names.ts'
import { type Delivery, PullFailed, pull } from './pull.ts'
import { StreamsDiffer } from './streams.ts'
import type { Stand } from './whereabouts.ts'

/** Lanes with a queue of their own: each is a consumer at the server, in a cluster a group of its own that votes. */
const MAX_NAMED_QUEUES = 64
/**
 * No bound: relays have bounds of their own, and what was removed may go on counting as handed out when a server was
 * killed (up to 2.10.27), until the lane's oldest item goes. With a bound the lane would stand still.
 */
const MAX_HANDED_OUT = -1

/** The lanes as the server knows them: a pull consumer each, shared by all relays. */
export interface Queues {
  /** The queue an item of this lane goes into, made when it is new. Beyond so many, lanes share queues. */
  enter(wanted: Lane): Promise<Lane>
  has(lane: Lane): boolean
  /** Makes sure that the lane's queue is there still. */
  renew(lane: Lane): Promise<void>
  pull(lane: Lane, max: number): Promise<Delivery[]>
  /** Another relay has made the lane. */
  learn(lane: Lane): void
  /** Where the lane's queue stood at the last look; undefined when nobody answered for it. */
  stand(lane: Lane): Stand | undefined
  /** The lanes whose queues have a stand. */
  stood(): Lane[]
  /** When the lane's queue last said here that it has no more to hand out, in epoch ms. */
  drainedAt(lane: Lane): number
  /** What each lane holds, as the server counts it; of a lane nobody answers for, what was last known. */
  counts(): Promise<Map<Lane, number>>
}

export type QueuesOptions = { link: Link; names: Names; clock: Clock; leaseMs: number }

/** @throws StreamsDiffer when there are consumers with other settings */
export const openQueues = async (options: QueuesOptions): Promise<Queues> => {
  const { link, names, clock } = options
  const { jsm, nc, persist } = link
  const made = new Map<Lane, Promise<void>>()
  const learn = (lane: Lane) => {
    if (!made.has(lane)) made.set(lane, Promise.resolve())
  }
  const held = new Map<Lane, number>()
  const stands = new Map<Lane, Stand>()
  const drained = new Map<Lane, number>()
  const note = (one: ConsumerInfo) => {
    learn(laneOf(one))
    held.set(laneOf(one), heldBy(one))
    stands.set(laneOf(one), standOf(one))
  }
  /** Those that nobody answered for are not listed either. */
  const forgetRemoved = async () => {
    const there = new Set(await namesOfConsumers(link, names.items))
    for (const lane of [...made.keys()].filter((lane) => !there.has(consumerOf(lane))))
      for (const known of [made, held]) known.delete(lane)
  }
  const list = () => listConsumers(link, names.items)
  for (const one of await list()) {
    refuseDifferent(one.config, options)
    note(one)
  }
  for (const name of await namesOfConsumers(link, names.items)) {
    const lane = laneOfConsumer(name)
    if (lane !== undefined) learn(lane)
  }
  const make = async (lane: Lane) => {
    await persist(() => jsm.consumers.add(names.items, consumerConfigOf(lane, options)))
  }
  const ensure = (lane: Lane): Promise<void> => {
    const making = made.get(lane) ?? make(lane)
    made.set(lane, making)
    making.catch(() => made.delete(lane))
    return making
  }
  const renew = (lane: Lane) => {
    made.delete(lane)
    return ensure(lane)
  }
  return {
    async enter(wanted) {
      const lane = made.has(wanted) || made.size < MAX_NAMED_QUEUES ? wanted : overflowLaneOf(wanted)
      await ensure(lane)
      return lane
    },
    has: (lane) => made.has(lane),
    learn,
    renew,
    stand: (lane) => stands.get(lane),
    stood: () => [...stands.keys()],
    drainedAt: (lane) => drained.get(lane) ?? 0,
    async pull(lane, max) {
      try {
        const from = { stream: names.items, consumer: consumerOf(lane) }
        const { deliveries, isDrained } = await pull(nc, from, max, clock)
        if (isDrained) drained.set(lane, clock.now())
        return deliveries
      } catch (error) {
        // Somebody may have removed the consumer: what it would hand out is still in the stream.
        if (!(error instanceof PullFailed && error.gone)) throw error
        await renew(lane)
        return []
      }
    },
    async counts() {
      stands.clear()
      const listed = await list()
      for (const one of listed) note(one)
      if (made.size > listed.length) await forgetRemoved()
      return new Map([...held].filter(([, count]) => count > 0))
    },
  }
}

const laneOf = ({ config }: ConsumerInfo): Lane => laneOfSubject(config.filter_subject ?? '')

const heldBy = ({ num_pending, num_ack_pending }: ConsumerInfo): number => num_pending + num_ack_pending

const standOf = ({ delivered, num_pending, num_ack_pending }: ConsumerInfo): Stand => ({
  delivered: delivered.stream_seq,
  pending: num_pending,
  handedOut: num_ack_pending,
})

type Listed = { consumers?: ConsumerInfo[] | null; error?: { description?: string } }
type Named = { consumers?: string[] | null }

/** In a cluster a server asks the others, and waits four seconds for one that is gone: those that answered are listed. */
const LIST_MS = 6_000

const listConsumers = async ({ nc }: Link, stream: string): Promise<ConsumerInfo[]> => {
  const answer = await nc.request(`$JS.API.CONSUMER.LIST.${stream}`, '{}', { timeout: LIST_MS })
  const { consumers, error } = answer.json<Listed>()
  if (error) throw new Error(`the consumers of ${stream} could not be listed: ${error.description}`)
  return consumers ?? []
}

/** All there are, whether or not anybody answers for them just now. */
const namesOfConsumers = async ({ nc }: Link, stream: string): Promise<string[]> => {
  const answer = await nc.request(`$JS.API.CONSUMER.NAMES.${stream}`, '{}', { timeout: LIST_MS })
  return answer.json<Named>().consumers ?? []
}

const consumerConfigOf = (lane: Lane, { names, leaseMs }: QueuesOptions) => ({
  durable_name: consumerOf(lane),
  filter_subject: names.subject.lane(lane),
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  ack_wait: leaseMs * 1_000_000,
  max_ack_pending: MAX_HANDED_OUT,
  max_deliver: -1,
})

const refuseDifferent = (config: ConsumerConfig, options: QueuesOptions): void => {
  const { ack_wait, max_ack_pending } = consumerConfigOf('event:', options)
  if (config.ack_wait !== ack_wait || config.max_ack_pending !== max_ack_pending)
    throw new StreamsDiffer(
      `consumer ${config.durable_name}: ack_wait is ${config.ack_wait}, not ${ack_wait}, or max_ack_pending is ${config.max_ack_pending}, not ${max_ack_pending}`,
    )
}
