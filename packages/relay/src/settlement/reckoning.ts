/** Delivered events in the order of time, by the minute, while nobody knows yet what became of them. */
type Bucket = { readonly minute: number; readonly count: number }

/**
 * What became of the delivered events, in numbers: `kept` when no trash told otherwise for long enough, `trashed`, and
 * `unknown` for what is in the trash and not known to have been delivered here.
 */
export type Reckoning = {
  readonly kept: number
  readonly trashed: number
  readonly unknown: number
  readonly pending: readonly Bucket[]
  /** Epoch ms: what was delivered before is kept, until the trash tells otherwise after all. */
  readonly settledUntil: number
}

const MINUTE_MS = 60_000
const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS)

export const begin = (now: number): Reckoning => ({
  kept: 0,
  trashed: 0,
  unknown: 0,
  pending: [],
  settledUntil: now,
})

/** An event was delivered. */
export const delivered = (reckoning: Reckoning, at: number): Reckoning => {
  const minute = minuteOf(at)
  const last = reckoning.pending.at(-1)
  return last?.minute === minute
    ? { ...reckoning, pending: [...reckoning.pending.slice(0, -1), { minute, count: last.count + 1 }] }
    : { ...reckoning, pending: [...reckoning.pending, { minute, count: 1 }] }
}

/** An event that was delivered then is in the trash. `at`: undefined when that is forgotten; it is long ago, then. */
export const trashed = (reckoning: Reckoning, at: number | undefined): Reckoning => {
  const after = { ...reckoning, trashed: reckoning.trashed + 1 }
  const minute = at === undefined ? undefined : minuteOf(at)
  const isPending = reckoning.pending.some((bucket) => bucket.minute === minute && bucket.count > 0)
  if (!isPending) return { ...after, kept: Math.max(0, reckoning.kept - 1) }
  const without = (bucket: Bucket) =>
    bucket.minute === minute ? { minute, count: bucket.count - 1 } : bucket
  return { ...after, pending: reckoning.pending.map(without) }
}

export const strange = (reckoning: Reckoning): Reckoning => ({ ...reckoning, unknown: reckoning.unknown + 1 })

/** The trash was read up to a time: what was delivered before is kept. */
export const settledUpTo = (reckoning: Reckoning, until: number): Reckoning => {
  const isOver = ({ minute }: Bucket) => (minute + 1) * MINUTE_MS <= until
  const over = reckoning.pending.filter(isOver)
  return {
    ...reckoning,
    kept: reckoning.kept + over.reduce((sum, { count }) => sum + count, 0),
    pending: reckoning.pending.filter((bucket) => !isOver(bucket)),
    settledUntil: Math.max(reckoning.settledUntil, until),
  }
}

export const pendingIn = ({ pending }: Reckoning): number =>
  pending.reduce((sum, { count }) => sum + count, 0)
