import { type Metric, one } from './metric.ts'

/** Who is told of deliveries: since the start. Nothing is said where nobody is. */
export const WEBHOOK_METRICS: readonly Metric[] = [
  {
    name: 'wmkt_webhook_told_total',
    type: 'counter',
    help: 'Delivered events that the webhook has taken.',
    read: ({ status: { webhook } }) => one(webhook?.told),
  },
  {
    name: 'wmkt_webhook_failures_total',
    type: 'counter',
    help: 'Messages that the webhook has not taken.',
    read: ({ status: { webhook } }) => one(webhook?.failures),
  },
  {
    name: 'wmkt_webhook_lag_seconds',
    type: 'gauge',
    help: 'How long the oldest delivery has waited to be told; 0 when none waits.',
    read: ({ status: { webhook, now } }) =>
      one(webhook && (webhook.oldestAt === undefined ? 0 : Math.max(0, now - webhook.oldestAt) / 1_000)),
  },
]
