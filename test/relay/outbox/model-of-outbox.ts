import type {
  Fate,
  Intake,
  Lane,
  Ledger,
  PutOutcome,
  Settlement,
} from '../../../packages/relay/src/outbox/outbox.ts'

export type ModelEntry = {
  nonce: string
  key: string
  content: string
  lane: Lane
  index: number
  /** Order of arrival. */
  order: number
  place: 'held' | 'buried' | 'delivered' | 'dropped'
  attempts: number
  triedMs: number
  attempting: boolean
  dueAt: number
  leased: boolean
}

export interface Model {
  readonly entries: ModelEntry[]
  /** As it is now, to go another way. */
  copy(): Model
  put(intake: Intake): PutOutcome[] | 'full'
  due(lane: Lane, now: number): ModelEntry[]
  settle(entry: ModelEntry, settlement: Settlement): void
  redrive(key: string): boolean
  drop(key: string): boolean
  /** Leases and waits are forgotten, marks and attempts are not. `repeats`: as many are known to have been counted. */
  restart(repeats?: number): void
  lanes(): Lane[]
  state(key: string): Fate['state'] | undefined
  ledger(): Ledger
}

type Written = { entries: ModelEntry[]; arrivals: number; duplicates: number }

/** An outbox as one would explain it on paper: a list of entries, looked through from the start each time. */
export const createModel = (
  maxBacklog: number,
  { entries, arrivals, duplicates }: Written = { entries: [], arrivals: 0, duplicates: 0 },
): Model => {
  const count = (place: ModelEntry['place']) => entries.filter((entry) => entry.place === place).length
  const known = (key: string) => entries.find((entry) => entry.key === key)
  const fresh = { attempts: 0, triedMs: 0, attempting: false, dueAt: 0, leased: false }
  return {
    entries,
    copy: () =>
      createModel(maxBacklog, { entries: entries.map((one) => ({ ...one })), arrivals, duplicates }),
    put(intake: Intake): PutOutcome[] | 'full' {
      const keyOf = ({ kind, nonce }: { kind: string; nonce: string }) => `${kind}/${nonce}`
      const isFull = count('held') >= maxBacklog
      if (isFull && intake.entries.some((entry) => !known(keyOf(entry)))) return 'full'
      return intake.entries.map((entry) => {
        const content = entry.fingerprint.toString(36)
        const before = known(keyOf(entry))
        if (before && before.content !== content) return 'conflict'
        if (before) duplicates += 1
        if (before) return 'duplicate'
        arrivals += 1
        const { nonce, lane, index } = entry
        const named = { nonce, key: keyOf(entry), content, lane, index }
        entries.push({ ...named, order: arrivals, place: 'held', ...fresh })
        return 'accepted'
      })
    },
    due: (lane: Lane, now: number): ModelEntry[] =>
      entries
        .filter(
          (entry) => entry.place === 'held' && entry.lane === lane && !entry.leased && entry.dueAt <= now,
        )
        .sort((a, b) => a.order - b.order),
    settle(entry: ModelEntry, settlement: Settlement) {
      entry.leased = settlement.type === 'mark'
      entry.attempting = settlement.type === 'mark'
      if (settlement.type === 'ack') entry.place = 'delivered'
      if (settlement.type === 'bury') entry.place = 'buried'
      if (settlement.type !== 'retry') return
      entry.attempts += settlement.counted ? 1 : 0
      entry.triedMs = settlement.triedMs
      entry.dueAt = settlement.dueAt
    },
    redrive(key: string): boolean {
      const entry = known(key)
      if (entry?.place !== 'buried') return false
      arrivals += 1
      Object.assign(entry, fresh, { place: 'held', order: arrivals })
      return true
    },
    drop(key: string): boolean {
      const entry = known(key)
      if (entry?.place !== 'buried') return false
      entry.place = 'dropped'
      return true
    },
    restart(repeats = duplicates) {
      duplicates = repeats
      for (const entry of entries) Object.assign(entry, { leased: false, dueAt: 0 })
    },
    lanes: (): Lane[] => [
      ...new Set(entries.filter(({ place }) => place === 'held').map(({ lane }) => lane)),
    ],
    state: (key: string): Fate['state'] | undefined => {
      const place = known(key)?.place
      return place === 'dropped' ? 'settled' : place
    },
    ledger: (): Ledger => ({
      received: entries.length,
      held: count('held'),
      buried: count('buried'),
      delivered: count('delivered'),
      dropped: count('dropped'),
      duplicates,
    }),
  }
}
