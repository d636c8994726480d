import { parseBatch } from '@wmkt/protocol/parse'
import { expect, test } from 'vitest'
import { createTally, type Tally } from '../../../packages/relay/src/collect/tally.ts'

const add = (tally: Tally, more: object, rejected = 0) => {
  const parsed = parseBatch({ items: [0], ...more })
  if (!parsed.ok) throw new Error(parsed.detail)
  const rejection = { index: 0, nonce: null, code: 'ITEM_INVALID', message: '' } as const
  const receipt = { accepted: 2, duplicates: 1, rejected: Array(rejected).fill(rejection), held: [] }
  tally.add(parsed.batch, { receipt, trackersDropped: 1 }, 7)
}

test('counts what senders say of themselves, and what they leave unsaid', () => {
  const tally = createTally()
  add(tally, { consent: 'granted', gpc: true, evicted: 5, storage: 'disk' })
  add(tally, { consent: 'denied', gpc: false, storage: 'memory' }, 2)
  add(tally, {})
  expect(tally.counts()).toMatchObject({
    batches: 3,
    accepted: 6,
    duplicates: 3,
    rejected: { ITEM_INVALID: 2 },
    trackersDropped: 3,
    evicted: 5,
    gpc: 1,
    consent: { granted: 1, required: 0, denied: 1, unsaid: 1 },
    storage: { disk: 1, memory: 1, unsaid: 1 },
  })
})

test('what was read does not change with what comes later', () => {
  const tally = createTally()
  const before = tally.counts()
  add(tally, {}, 1)
  expect([before.batches, before.rejected, before.consent.unsaid]).toEqual([0, {}, 0])
})
