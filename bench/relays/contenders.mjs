/**
 * Who is compared, and what each has on disk when it answers 2xx. `settings` are those a user finds in the library's own
 * documentation; `README.md` beside this file lists them.
 */
export const CONTENDERS = [
  { name: 'naive', title: 'naive: answer, then fetch', script: 'naive', store: 'none', at2xx: 'nothing' },
  {
    ...{ name: 'naive-await', title: 'naive: fetch, then answer', script: 'naive-await', store: 'none' },
    at2xx: 'nothing: the upstream has it',
  },
  { name: 'walkeros', title: 'walkerOS', script: 'walkeros', store: 'none', at2xx: 'nothing' },
  { name: 'segment', title: 'Segment analytics-node', script: 'segment', store: 'none', at2xx: 'nothing' },
  {
    ...{ name: 'bullmq', title: 'BullMQ, defaults', script: 'bullmq', store: 'redis' },
    at2xx: 'nothing: Redis’s memory',
  },
  {
    ...{
      name: 'bullmq-tuned',
      title: 'BullMQ, tuned',
      script: 'bullmq',
      settings: 'tuned',
      store: 'redisTuned',
    },
    at2xx: 'written by Redis, synced each second',
  },
  {
    ...{ name: 'pg-boss', title: 'pg-boss, defaults', script: 'pg-boss', store: 'postgres' },
    at2xx: 'synced by PostgreSQL',
  },
  {
    ...{
      name: 'pg-boss-tuned',
      title: 'pg-boss, tuned',
      script: 'pg-boss',
      settings: 'tuned',
      store: 'postgres',
    },
    at2xx: 'synced by PostgreSQL',
  },
  { name: 'ours', title: 'ours, LMDB', ours: true, store: 'none', at2xx: 'synced by LMDB' },
  {
    ...{ name: 'ours-nats', title: 'ours, NATS', ours: true, store: 'nats' },
    at2xx: 'written by NATS, not synced',
  },
  {
    ...{ name: 'ours-nats-synced', title: 'ours, NATS synced', ours: true, store: 'natsSynced' },
    at2xx: 'synced by NATS',
  },
]
