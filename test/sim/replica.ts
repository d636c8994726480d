import type { Message, Publication } from './jetstream.ts'

/** What a leader gives its followers to apply. `place`: where it comes, those that were refused counted in. */
export type Proposal = Publication & { place: number; at: number }

export type Applied = { seq: number; duplicate: boolean } | { refused: number }

export type ReplicaOptions = { perSubject: boolean; dedupMs: number; now: () => number }

/**
 * One server's copy of a stream, as nats-server 2.9.10 keeps it: each copy judges message ids and empty subjects for
 * itself, when it applies what the leader proposed; what it refused it counts, and after a start it knows no more of
 * that than its last snapshot said (`processJetStreamMsg`, `applyStreamEntries` and `clfs` there).
 */
export const createReplica = ({ perSubject, dedupMs, now }: ReplicaOptions) => {
  const messages = new Map<number, Message>()
  const bySubject = new Map<string, number>()
  const ids = new Map<string, { seq: number; at: number }>()
  let lastSeq = 0
  let refused = 0

  const remove = (seq: number): boolean => {
    const message = messages.get(seq)
    if (message && bySubject.get(message.subject) === seq) bySubject.delete(message.subject)
    return messages.delete(seq)
  }
  const store = ({ subject, data, msgID, at }: Proposal) => {
    const before = bySubject.get(subject)
    if (perSubject && before !== undefined) remove(before)
    lastSeq += 1
    messages.set(lastSeq, { seq: lastSeq, subject, data, msgID, at })
    bySubject.set(subject, lastSeq)
    if (msgID !== undefined) ids.set(msgID, { seq: lastSeq, at })
    return { seq: lastSeq, duplicate: false }
  }
  const apply = (proposal: Proposal): Applied | undefined => {
    const { subject, msgID, expected, place } = proposal
    // Held already, it believes.
    if (place - refused < lastSeq) return undefined
    const known = msgID === undefined ? undefined : ids.get(msgID)
    const last = bySubject.get(subject) ?? 0
    const isDuplicate = known !== undefined && known.at > now() - dedupMs
    if (!isDuplicate && (expected !== 0 || last === 0)) return store(proposal)
    refused += 1
    return isDuplicate ? { seq: known.seq, duplicate: true } : { refused: last }
  }
  return {
    apply,
    remove,
    place: () => lastSeq + refused,
    lastOf: (subject: string) => bySubject.get(subject) ?? 0,
    get: (seq: number) => messages.get(seq) ?? null,
    all: () => [...messages.values()],
    subjects: () => [...bySubject.keys()],
    lastSeq: () => lastSeq,
    /** Killed with -9 and started: what was applied since the last snapshot, of which there is none, is applied again. */
    restart(log: readonly Proposal[]) {
      refused = 0
      ids.clear()
      for (const { msgID, seq, at } of messages.values()) if (msgID !== undefined) ids.set(msgID, { seq, at })
      for (const proposal of log) apply(proposal)
    },
  }
}
