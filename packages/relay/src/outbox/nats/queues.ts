import { AckPolicy, type ConsumerConfig, type ConsumerInfo, DeliverPolicy } from '@nats-io/jetstream'
import type { Clock } from '../../clock.ts'
import { overflowLaneOf } from '../lane.ts'
import type { Lane } from '../outbox.ts'
import type { Link } from './link.ts'
import { consumerOf, laneOfSubject, type Names } from './names.ts'
import { type Delivery, PullFailed, pull } from './pull.ts'
import { StreamsDiffer } from './streams.ts'

/** Lanes with a queue of their own: each is a consumer at the server, in a cluster a group of its own that votes. */
export const MAX_NAMED_QUEUES = 64
/** Of one lane, over all relays: handed out and not yet settled. */
const MAX_HANDED_OUT = 4_096

/** The lanes as the server knows them: a pull consumer each, shared by all relays. */
export interface Queues {
  /** The queue an item of this lane goes into, made when it is new. Beyond so many, lanes share queues. */
  enter(wanted: Lane): Promise<Lane>
  has(lane: Lane): boolean
  pull(lane: Lane, max: number): Promise<Delivery[]>
  /** Another relay has made the lane. */
  learn(lane: Lane): void
  /** What each lane holds, as the server counts it. */
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
  const list = () => everyConsumer(link, names.items)
  for (const one of await list()) {
    refuseDifferent(one.config, options)
    learn(laneOf(one))
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
  return {
    async enter(wanted) {
      const lane = made.has(wanted) || made.size < MAX_NAMED_QUEUES ? wanted : overflowLaneOf(wanted)
      await ensure(lane)
      return lane
    },
    has: (lane) => made.has(lane),
    learn,
    async pull(lane, max) {
      try {
        return await pull(nc, { stream: names.items, consumer: consumerOf(lane) }, max, clock)
      } catch (error) {
        // Somebody may have removed the consumer: what it would hand out is still in the stream.
        if (!(error instanceof PullFailed && error.gone)) throw error
        made.delete(lane)
        await ensure(lane)
        return []
      }
    },
    async counts() {
      const held = new Map<Lane, number>()
      for (const one of await list()) {
        learn(laneOf(one))
        if (heldBy(one) > 0) held.set(laneOf(one), heldBy(one))
      }
      return held
    },
  }
}

const laneOf = ({ config }: ConsumerInfo): Lane => laneOfSubject(config.filter_subject ?? '')

const heldBy = ({ num_pending, num_ack_pending }: ConsumerInfo): number => num_pending + num_ack_pending

const everyConsumer = async ({ jsm }: Link, stream: string): Promise<ConsumerInfo[]> => {
  const consumers: ConsumerInfo[] = []
  for await (const one of jsm.consumers.list(stream)) consumers.push(one)
  return consumers
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
