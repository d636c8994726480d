/** How often something took how long. Bounds in seconds, ascending; the last count is of what took longer. */
export type HistogramRead = {
  bounds: readonly number[]
  counts: readonly number[]
  /** Of all that took part, in seconds. */
  sum: number
}

export interface Histogram {
  observeMs(ms: number): void
  read(): HistogramRead
}

/** Good from a cache's answer to a stuck upstream, in seconds. */
export const LATENCY_BOUNDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]

/** Plain numbers in an array: counting costs nanoseconds, and the work is done when somebody looks. */
export const createHistogram = (bounds: readonly number[] = LATENCY_BOUNDS): Histogram => {
  const counts = new Array<number>(bounds.length + 1).fill(0)
  let sum = 0
  return {
    observeMs(ms) {
      const seconds = ms / 1_000
      let at = 0
      while (at < bounds.length && seconds > (bounds[at] ?? 0)) at += 1
      counts[at] = (counts[at] ?? 0) + 1
      sum += seconds
    },
    read: () => ({ bounds, counts: [...counts], sum }),
  }
}

/** What was observed between two reads of one histogram. */
export const between = (before: HistogramRead, after: HistogramRead): HistogramRead => ({
  bounds: after.bounds,
  counts: after.counts.map((count, at) => count - (before.counts[at] ?? 0)),
  sum: after.sum - before.sum,
})

/**
 * The value in seconds that the share `q` (0 to 1) stayed within, straight between bounds; undefined when nothing was
 * observed. What took longer than the last bound counts as the last bound.
 */
export const quantileOf = ({ bounds, counts }: HistogramRead, q: number): number | undefined => {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  let below = 0
  for (const [at, count] of counts.entries()) {
    if (count > 0 && below + count >= q * total) {
      const [low, high] = [bounds[at - 1] ?? 0, bounds[at] ?? bounds.at(-1) ?? 0]
      return low + (high - low) * Math.max(0, (q * total - below) / count)
    }
    below += count
  }
  return bounds.at(-1)
}
