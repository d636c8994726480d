import { expect, test } from 'vitest'
import { createRecentTrash, RECENT_MS } from '../../../packages/relay/src/settlement/recent-trash.ts'
import type { TrashLine } from '../../../packages/relay/src/settlement/trash-log.ts'

const NOW = 1_764_000_000_000
const line = (more: Partial<TrashLine> = {}): TrashLine => ({
  ...{ state: 'trashed', eventType: 'lead', reasons: [{ field: 'email', message: 'is mandatory' }] },
  foundAt: NOW,
  ...more,
})

test('finds of a day are counted by state, and by reason with the most frequent first', () => {
  const recent = createRecentTrash(() => NOW)
  recent.add([line({ eventType: 'quote', reasons: [] }), line(), line()])
  recent.add([line({ state: 'unknown' })])
  expect(recent.read()).toEqual({
    trashed: 3,
    unknown: 1,
    reasons: [
      { state: 'trashed', eventType: 'lead', field: 'email', message: 'is mandatory', count: 2 },
      { state: 'trashed', eventType: 'quote', message: 'no reason given', count: 1 },
      { state: 'unknown', eventType: 'lead', field: 'email', message: 'is mandatory', count: 1 },
    ],
  })
})

test('a day later the alarm is over, and what is remembered is bounded', () => {
  let now = NOW
  const recent = createRecentTrash(() => now)
  recent.add(Array.from({ length: 3_000 }, (_, n) => line({ reasons: [{ message: `reason ${n}` }] })))
  expect([recent.read().trashed, recent.read().reasons.length]).toEqual([1_000, 10])
  now += RECENT_MS
  expect(recent.read()).toEqual({ trashed: 0, unknown: 0, reasons: [] })
})
