/** What happened since the start; names as in the metrics. */
export type Counters = {
  attempts: number
  delivered: number
  retried: number
  buried: number
  /** Acknowledged, but not in the documented form. */
  unexpected_body: number
}

export const makeCounters = (): Counters => ({
  attempts: 0,
  delivered: 0,
  retried: 0,
  buried: 0,
  unexpected_body: 0,
})
