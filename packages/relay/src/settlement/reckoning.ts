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
export const isSameMinute = (a: number, b: number): boolean => minuteOf(a) === minuteOf(b)

export const begin = (now: number): Reckoning => ({
  kept: 0,
  trashed: 0,
  unknown: 0,
  pending: [],
  settledUntil: now,
})

/** Buckets that are kept apart: as long as nobody can read the trash they would grow in number, and cost each delivery. */
const MOST_BUCKETS = 1_440

/** So many events were delivered within a minute. */
export const delivered = (reckoning: Reckoning, at: number, count = 1): Reckoning => {
  const minute = minuteOf(at)
  const last = reckoning.pending.at(-1)
  return last?.minute === minute
    ? { ...reckoning, pending: [...reckoning.pending.slice(0, -1), { minute, count: last.count + count }] }
    : { ...reckoning, pending: oldestMerged([...reckoning.pending, { minute, count }]) }
}

/** The two oldest as one, which is settled when the later of them would be. */
const oldestMerged = (pending: readonly Bucket[]): readonly Bucket[] => {
  const [first, second, ...rest] = pending
  if (pending.length <= MOST_BUCKETS || !first || !second) return pending
  return [{ minute: second.minute, count: first.count + second.count }, ...rest]
}

/** An event that was delivered then is in the trash. `at`: undefined when that is forgotten; it is long ago, then. */
export const trashed = (reckoning: Reckoning, at: number | undefined): Reckoning => {
  const after = { ...reckoning, trashed: reckoning.trashed + 1 }
  const place = at === undefined ? -1 : placeOf(reckoning, minuteOf(at))
  if (place === -1) return { ...after, kept: Math.max(0, reckoning.kept - 1) }
  const without = (bucket: Bucket, index: number) =>
    index === place ? { ...bucket, count: bucket.count - 1 } : bucket
  return { ...after, pending: reckoning.pending.map(without) }
}

/** The bucket that counts what was delivered in a minute, or the one it was merged into. -1: it is counted as kept. */
const placeOf = ({ pending, settledUntil }: Reckoning, minute: number): number => {
  const own = pending.findIndex((bucket) => bucket.minute === minute && bucket.count > 0)
  const isSettled = (minute + 1) * MINUTE_MS <= settledUntil
  if (own !== -1 || isSettled) return own
  return pending.findIndex((bucket) => bucket.minute > minute && bucket.count > 0)
}

/** Another relay's delivery is in the trash: it was never counted here. */
export const trashedElsewhere = (reckoning: Reckoning): Reckoning => ({
  ...reckoning,
  trashed: reckoning.trashed + 1,
})

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
