import { PROBLEMS, type ProblemCode } from '@wmkt/protocol'
import type { CountsRead } from './counts.ts'
import { type Metric, one, type Sample } from './metric.ts'

/** What came to the door since the start. */
export const COLLECT_METRICS: readonly Metric[] = [
  {
    name: 'wmkt_collect_requests_total',
    type: 'counter',
    help: 'Collect requests by status and problem code; STORED for a receipt.',
    labels: ['status', 'code'],
    read: ({ counts }) => [[counts.receipts, '202', 'STORED'], ...problemSamples(counts.problems)],
  },
  {
    name: 'wmkt_collect_items_total',
    type: 'counter',
    help: 'Items in batches that got a receipt, by outcome.',
    labels: ['outcome'],
    read: ({ counts }) => [
      [counts.accepted, 'accepted'],
      [counts.duplicates, 'duplicate'],
      [Object.values(counts.rejected).reduce((sum, count) => sum + count, 0), 'rejected'],
    ],
  },
  {
    name: 'wmkt_collect_rejected_total',
    type: 'counter',
    help: 'Items rejected at the door, by code.',
    labels: ['code'],
    read: ({ counts }) => Object.entries(counts.rejected).map(([code, count]): Sample => [count, code]),
  },
  {
    name: 'wmkt_tracker_ids_dropped_total',
    type: 'counter',
    help: 'Ill-formed tracker IDs taken off items.',
    read: ({ counts }) => one(counts.tally.trackersDropped),
  },
  {
    name: 'wmkt_tag_evicted_total',
    type: 'counter',
    help: 'Items that tags had to drop unsent, as they tell.',
    read: ({ counts }) => one(counts.tally.evicted),
  },
  {
    name: 'wmkt_collect_batches_total',
    type: 'counter',
    help: 'Batches stored, by the consent their sender stated.',
    labels: ['consent'],
    read: ({ counts }) => Object.entries(counts.tally.consent).map(([said, count]): Sample => [count, said]),
  },
  {
    name: 'wmkt_collect_gpc_batches_total',
    type: 'counter',
    help: 'Batches stored that were sent under Global Privacy Control.',
    read: ({ counts }) => one(counts.tally.gpc),
  },
  {
    name: 'wmkt_tag_batches_total',
    type: 'counter',
    help: 'Batches stored, by where their tag keeps what it holds.',
    labels: ['storage'],
    read: ({ counts }) => Object.entries(counts.tally.storage).map(([said, count]): Sample => [count, said]),
  },
]

const isProblem = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code)

const problemSamples = (problems: CountsRead['problems']): Sample[] =>
  Object.entries(problems).map(([code, count]) => [
    count,
    isProblem(code) ? String(PROBLEMS[code].status) : '500',
    code,
  ])
