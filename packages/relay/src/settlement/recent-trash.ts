import type { TrashLine } from './trash-log.ts'

/** Why events of one type are in the trash. */
export type TrashReason = {
  state: TrashLine['state']
  eventType?: string
  field?: string
  message: string
  count: number
}

/** What was found in the trash within a day. */
export type RecentTrash = {
  trashed: number
  unknown: number
  /** The most frequent first. */
  reasons: TrashReason[]
}

export const RECENT_MS = 86_400_000
/** Remembered, and told of. */
const MAX_LINES = 1_000
const MAX_REASONS = 10

/** The last day's finds, by reason: what a person is to be alarmed by, and why. */
export const createRecentTrash = (now: () => number) => {
  let lines: readonly TrashLine[] = []
  return {
    add(found: readonly TrashLine[]) {
      lines = [...lines, ...found].slice(-MAX_LINES)
    },
    read(): RecentTrash {
      const since = now() - RECENT_MS
      const recent = lines.filter(({ foundAt }) => foundAt > since)
      const trashed = recent.filter(({ state }) => state === 'trashed').length
      return { trashed, unknown: recent.length - trashed, reasons: reasonsIn(recent) }
    },
  }
}

const reasonsIn = (lines: readonly TrashLine[]): TrashReason[] => {
  const reasons = new Map<string, TrashReason>()
  for (const line of lines) for (const one of reasonsOf(line)) count(reasons, one)
  return [...reasons.values()].sort((a, b) => b.count - a.count).slice(0, MAX_REASONS)
}

const reasonsOf = ({ state, eventType, reasons }: TrashLine): TrashReason[] =>
  (reasons.length > 0 ? reasons : [{ message: 'no reason given' }]).map((reason) => ({
    ...{ state, count: 1 },
    ...(eventType !== undefined && { eventType }),
    ...reason,
  }))

const count = (reasons: Map<string, TrashReason>, reason: TrashReason): void => {
  const key = JSON.stringify([reason.state, reason.eventType, reason.field, reason.message])
  const known = reasons.get(key)
  if (known) known.count += 1
  else reasons.set(key, reason)
}
