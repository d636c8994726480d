import type { Metric, Sample } from './metric.ts'

const OUTCOMES = ['kept', 'trashed', 'unknown', 'pending'] as const

/** What became of delivered events: survives restarts. */
export const SETTLEMENT_METRICS: readonly Metric[] = [
  {
    name: 'wmkt_settlement_events',
    type: 'gauge',
    help: 'Delivered events by what became of them; unknown: in the trash and not delivered here.',
    labels: ['outcome'],
    read: ({ status: { settlement } }) =>
      settlement ? OUTCOMES.map((outcome): Sample => [settlement[outcome], outcome]) : [],
  },
  {
    name: 'wmkt_settlement_read_timestamp_seconds',
    type: 'gauge',
    help: 'When the trash was last read.',
    read: ({ status: { settlement } }) =>
      settlement?.readUntil === undefined ? [] : [[settlement.readUntil / 1_000]],
  },
]
