import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { COLLECT_METRICS } from './collect-metrics.ts'
import { histogramText } from './exposition.ts'
import { FORWARD_METRICS } from './forward-metrics.ts'
import type { Metric, Reading } from './metric.ts'
import { OUTBOX_METRICS } from './outbox-metrics.ts'
import { SCHEMA_METRICS } from './schema-metrics.ts'
import { SETTLEMENT_METRICS } from './settlement-metrics.ts'
import { WEBHOOK_METRICS } from './webhook-metrics.ts'

/** Every metric of ours but the histograms. docs/metrics.md is held against it. */
export const METRICS: readonly Metric[] = [
  ...OUTBOX_METRICS,
  ...COLLECT_METRICS,
  ...FORWARD_METRICS,
  ...SCHEMA_METRICS,
  ...SETTLEMENT_METRICS,
  ...WEBHOOK_METRICS,
]

export const HISTOGRAMS = {
  wmkt_collect_duration_seconds: 'From the head of a collect request to the sync that covers it.',
  wmkt_forward_latency_seconds: 'From an attempt to the end of its answer, by kind.',
} as const

export interface Metrics {
  readonly contentType: string
  /** The text a scraper reads. */
  text(): Promise<string>
}

/** `GET /metrics`: a registry of the relay's own, filled when it is looked at. */
export const createMetrics = (read: () => Reading): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const fills = METRICS.map((metric) => register(metric, registry))
  return {
    contentType: registry.contentType,
    async text() {
      const reading = read()
      for (const fill of fills) fill(reading)
      return `${await registry.metrics()}\n${histogramsOf(reading)}\n`
    },
  }
}

const register = ({ name, type, help, labels = [], read }: Metric, registry: Registry) => {
  const options = { name, help, labelNames: [...labels], registers: [registry] }
  const metric = type === 'counter' ? new Counter(options) : new Gauge(options)
  return (reading: Reading): void => {
    metric.reset()
    const samples = read(reading)
    // Without labels, a metric that was reset says 0; what is not known is left out instead.
    if (samples.length === 0 && labels.length === 0) metric.remove()
    for (const [value, ...given] of samples)
      metric.inc(Object.fromEntries(labels.map((label, at) => [label, given[at] ?? ''])), value)
  }
}

const histogramsOf = ({ counts: { collectTook, upstreamTook } }: Reading): string => {
  const text = (name: keyof typeof HISTOGRAMS, series: Parameters<typeof histogramText>[2]) =>
    histogramText(name, HISTOGRAMS[name], series)
  const kinds = (['event', 'interaction'] as const).map((kind) => ({
    labels: { kind },
    read: upstreamTook[kind],
  }))
  return [
    text('wmkt_collect_duration_seconds', [{ labels: {}, read: collectTook }]),
    text('wmkt_forward_latency_seconds', kinds),
  ].join('\n')
}
