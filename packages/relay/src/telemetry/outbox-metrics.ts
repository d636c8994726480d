import { type Metric, one } from './metric.ts'

/** From the ledger, which survives restarts. */
export const OUTBOX_METRICS: readonly Metric[] = [
  {
    name: 'wmkt_received_total',
    type: 'counter',
    help: 'Items stored since the outbox was made.',
    read: ({ status }) => one(status.ledger?.received),
  },
  {
    name: 'wmkt_ended_total',
    type: 'counter',
    help: 'Items that came to their ending since the outbox was made; duplicates never entered it.',
    labels: ['ending'],
    read: ({ status: { ledger } }) =>
      ledger
        ? [
            [ledger.delivered, 'delivered'],
            [ledger.dropped, 'dropped'],
            [ledger.duplicates, 'duplicate'],
          ]
        : [],
  },
  {
    name: 'wmkt_backlog_items',
    type: 'gauge',
    help: 'Items held: stored and not yet settled.',
    read: ({ status }) => one(status.ledger?.held),
  },
  {
    name: 'wmkt_backlog_limit_items',
    type: 'gauge',
    help: 'Items held at which collect answers 503.',
    read: ({ status }) => one(status.backlog?.limit),
  },
  {
    name: 'wmkt_backlog_age_seconds',
    type: 'gauge',
    help: 'How long the oldest held item has waited; 0 when nothing is held.',
    read: ({ status: { backlog, now } }) =>
      backlog ? one(Math.max(0, now - (backlog.oldestAt ?? now)) / 1_000) : [],
  },
  {
    name: 'wmkt_dead_letters',
    type: 'gauge',
    help: 'Items buried: kept for a person.',
    read: ({ status }) => one(status.ledger?.buried),
  },
  {
    name: 'wmkt_ledger_imbalance_items',
    type: 'gauge',
    help: 'received - held - buried - delivered - dropped: anything but 0 is a bug or a damaged disk.',
    read: ({ status: { ledger } }) =>
      ledger ? one(ledger.received - ledger.held - ledger.buried - ledger.delivered - ledger.dropped) : [],
  },
  {
    name: 'wmkt_ready',
    type: 'gauge',
    help: '1 when the relay can store, else 0.',
    read: ({ status }) => one(status.ready ? 1 : 0),
  },
]
