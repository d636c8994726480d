import { JetStreamApiError } from '@nats-io/jetstream'
import { laneOfSubject, type Names } from '../../packages/relay/src/outbox/nats/names.ts'
import type { Stand } from '../../packages/relay/src/outbox/nats/whereabouts.ts'
import { oneOf } from '../support/seeded.ts'
import { createReplica, type Proposal } from './replica.ts'

/** As much of JetStream as the outbox uses, in memory, on three servers: what it promises, and no more. */
export type Message = {
  seq: number
  subject: string
  data: Uint8Array
  msgID?: string | undefined
  at: number
}
export type Publication = {
  subject: string
  data: Uint8Array
  msgID?: string | undefined
  expected?: number | undefined
}

export type Which = { seq: number; next_by_subj?: string } | { last_by_subj: string }

const wrongSequence = (last: number) =>
  new JetStreamApiError({ code: 400, err_code: 10_071, description: `wrong last sequence: ${last}` })

/** @param perSubject whether a message takes the place of the one before on its subject */
export const createStream = (now: () => number, { perSubject = false, dedupMs = 120_000 } = {}) => {
  const [first, ...others] = [1, 2, 3].map(() => createReplica({ perSubject, dedupMs, now }))
  if (!first) throw new Error('no replica')
  const replicas = [first, ...others]
  const log: Proposal[] = []
  let leader = first
  return {
    publish(publication: Publication): { seq: number; duplicate: boolean } {
      const { subject, expected } = publication
      const last = leader.lastOf(subject)
      // Looked at by the leader alone, before it proposes; that a subject is empty each one sees for itself.
      if (expected !== undefined && expected > 0 && expected !== last) throw wrongSequence(last)
      const proposal = { ...publication, place: leader.place(), at: now() }
      log.push(proposal)
      const applied = replicas.map((replica) => ({ replica, outcome: replica.apply(proposal) }))
      const outcome = applied.find(({ replica }) => replica === leader)?.outcome
      if (!outcome) throw new Error('a leader passes over what it has proposed')
      if ('refused' in outcome) throw wrongSequence(outcome.refused)
      return outcome
    },
    get(which: Which): Message | null {
      if ('last_by_subj' in which) return leader.get(leader.lastOf(which.last_by_subj))
      const prefix = which.next_by_subj?.replace(/[*>]$/, '')
      if (prefix === undefined) return leader.get(which.seq)
      return leader.all().find(({ seq, subject }) => seq >= which.seq && subject.startsWith(prefix)) ?? null
    },
    /** Each removes what bears this number with it. */
    remove: (seq: number): boolean => replicas.map((replica) => replica.remove(seq)).some(Boolean),
    all: () => leader.all(),
    /** The leader is killed, another leads, and it comes back. */
    failover(random: () => number) {
      const dead = leader
      leader = oneOf(random, ...replicas.filter((replica) => replica !== dead))
      dead.restart(log)
    },
    state: () => ({
      messages: leader.all().length,
      last_seq: leader.lastSeq(),
      subjects: Object.fromEntries(leader.subjects().map((subject) => [subject, 1])),
    }),
  }
}

export type Stream = ReturnType<typeof createStream>

/**
 * The work queue's handing out: to one at a time, until it is removed or its time is over. Each lane's queue goes
 * through the stream once, and again only to what it knows to have handed out.
 */
export const createHandingOut = (items: Stream, now: () => number, leaseMs: number) => {
  const until = new Map<number, number>()
  const places = new Map<string, number>()
  const inLane = (lane: string) => items.all().filter(({ subject }) => laneOfSubject(subject) === lane)
  const placeOf = (lane: string) => places.get(lane) ?? 0
  return {
    pull(lane: string, max: number): Message[] {
      const place = placeOf(lane)
      const free = inLane(lane).filter(
        ({ seq }) => (seq > place || until.has(seq)) && (until.get(seq) ?? 0) <= now(),
      )
      const given = free.slice(0, max)
      for (const { seq } of given) until.set(seq, now() + leaseMs)
      places.set(lane, Math.max(place, ...given.map(({ seq }) => seq)))
      return given
    },
    giveBack: (seq: number, delayMs: number) => void (until.has(seq) && until.set(seq, now() + delayMs)),
    working: (seq: number) => void (until.has(seq) && until.set(seq, now() + leaseMs)),
    /** A new leader does not know what the old one handed out last: it goes back there, or has passed it by. */
    forget(isPassedBy: boolean) {
      for (const { seq, subject } of isPassedBy ? [] : items.all()) {
        const lane = laneOfSubject(subject)
        if (until.has(seq)) places.set(lane, Math.min(placeOf(lane), seq - 1))
      }
      until.clear()
    },
    stand(lane: string): Stand {
      const [seqs, delivered] = [inLane(lane).map(({ seq }) => seq), placeOf(lane)]
      return {
        delivered,
        pending: seqs.filter((seq) => seq > delivered).length,
        handedOut: seqs.filter((seq) => until.has(seq)).length,
      }
    },
  }
}

/** Ten minutes at the real one, in the measure of these short histories. */
const DEDUP_MS = 4_000

/** Everything of one project at the server. */
export const createServer = (names: Names, now: () => number, leaseMs: number) => {
  const streams: Record<string, Stream> = {
    [names.items]: createStream(now, { dedupMs: DEDUP_MS }),
    [names.letters]: createStream(now, { perSubject: true }),
    [names.redriven]: createStream(now),
    [names.requeued]: createStream(now),
    [names.burials]: createStream(now),
    [names.repeats]: createStream(now),
    [names.nonces]: createStream(now, { perSubject: true }),
  }
  const of = (name: string): Stream => {
    const stream = streams[name]
    if (!stream) throw new Error(`no stream ${name}`)
    return stream
  }
  /** `sim.shop.<stream>.…` */
  const bySubject = (subject: string): Stream =>
    of(`${names.items.replace(/items$/, '')}${subject.split('.')[2]}`)
  const handing = createHandingOut(of(names.items), now, leaseMs)
  const failover = (random: () => number) => {
    for (const stream of Object.values(streams)) stream.failover(random)
    handing.forget(random() < 0.3)
  }
  return { of, bySubject, handing, failover }
}

export type Server = ReturnType<typeof createServer>
