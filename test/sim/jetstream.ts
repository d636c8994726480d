import { JetStreamApiError } from '@nats-io/jetstream'
import { laneOfSubject, type Names } from '../../packages/relay/src/outbox/nats/names.ts'

/** As much of JetStream as the outbox uses, in memory: what it promises, and no more. */
type Message = { seq: number; subject: string; data: Uint8Array }
export type Publication = {
  subject: string
  data: Uint8Array
  msgID?: string | undefined
  expected?: number | undefined
}

const wrongSequence = (last: number) =>
  new JetStreamApiError({ code: 400, err_code: 10_071, description: `wrong last sequence: ${last}` })

/** @param perSubject whether a message takes the place of the one before on its subject */
export const createStream = (now: () => number, { perSubject = false, dedupMs = 120_000 } = {}) => {
  const messages = new Map<number, Message>()
  const bySubject = new Map<string, number>()
  const ids = new Map<string, { seq: number; at: number }>()
  let lastSeq = 0
  const remove = (seq: number): boolean => {
    const message = messages.get(seq)
    if (message && bySubject.get(message.subject) === seq) bySubject.delete(message.subject)
    return messages.delete(seq)
  }
  return {
    publish({ subject, data, msgID, expected }: Publication): { seq: number; duplicate: boolean } {
      const before = msgID === undefined ? undefined : ids.get(msgID)
      if (before && before.at > now() - dedupMs) return { seq: before.seq, duplicate: true }
      const last = bySubject.get(subject) ?? 0
      if (expected !== undefined && expected !== last) throw wrongSequence(last)
      if (perSubject && last > 0) remove(last)
      lastSeq += 1
      messages.set(lastSeq, { seq: lastSeq, subject, data })
      bySubject.set(subject, lastSeq)
      if (msgID !== undefined) ids.set(msgID, { seq: lastSeq, at: now() })
      return { seq: lastSeq, duplicate: false }
    },
    get: (which: { seq: number } | { last_by_subj: string }): Message | null =>
      messages.get('seq' in which ? which.seq : (bySubject.get(which.last_by_subj) ?? 0)) ?? null,
    remove,
    all: () => [...messages.values()],
    state: () => ({
      messages: messages.size,
      last_seq: lastSeq,
      subjects: Object.fromEntries([...bySubject.keys()].map((subject) => [subject, 1])),
    }),
  }
}

export type Stream = ReturnType<typeof createStream>

/** The work queue's handing out: to one at a time, until it is acknowledged or its time is over. */
export const createHandingOut = (items: Stream, now: () => number, leaseMs: number) => {
  const until = new Map<number, number>()
  return {
    pull(lane: string, max: number): Message[] {
      const free = items
        .all()
        .filter(({ seq, subject }) => laneOfSubject(subject) === lane && (until.get(seq) ?? 0) <= now())
      const given = free.slice(0, max)
      for (const { seq } of given) until.set(seq, now() + leaseMs)
      return given
    },
    ack: (seq: number) => items.remove(seq),
    giveBack: (seq: number, delayMs: number) => void until.set(seq, now() + delayMs),
    working: (seq: number) => void until.set(seq, now() + leaseMs),
    /** A new leader does not know what the old one handed out last. */
    forget: () => until.clear(),
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
    [names.repeats]: createStream(now),
    [names.nonces]: createStream(now, { perSubject: true }),
  }
  const of = (name: string): Stream => {
    const stream = streams[name]
    if (!stream) throw new Error(`no stream ${name}`)
    return stream
  }
  const bySubject = (subject: string): Stream =>
    of(
      subject.includes('.items.')
        ? names.items
        : subject.includes('.letters.')
          ? names.letters
          : subject.includes('.redriven.')
            ? names.redriven
            : subject.includes('.requeued.')
              ? names.requeued
              : names.repeats,
    )
  return { of, bySubject, handing: createHandingOut(of(names.items), now, leaseMs) }
}

export type Server = ReturnType<typeof createServer>
