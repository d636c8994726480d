import { expect, test } from 'vitest'
import { createTally } from '../../../packages/relay/src/collect/tally.ts'
import { type Look, sampleOf } from '../../../packages/relay/src/dashboard/sample.ts'
import { EMPTY_LEDGER } from '../../../packages/relay/src/outbox/ledger.ts'
import { createCounts } from '../../../packages/relay/src/telemetry/counts.ts'

const counts = createCounts(createTally().counts)
const lookAt = (at: number, more: Partial<Look> = {}): Look => ({
  at,
  ledger: EMPTY_LEDGER,
  counts: counts.read(),
  ...more,
})

test('rates are per second of the time between', () => {
  const before = lookAt(10_000)
  for (const status of [201, 201, 422, 'ECONNRESET'])
    counts.onAttempt({ lane: 'event:a', kind: 'event', status, latencyMs: 4 })
  counts.onAttempt({ lane: 'interaction:', kind: 'interaction', status: 503, latencyMs: 400 })
  counts.onRefusal(new Error('any'))
  const ledger = { ...EMPTY_LEDGER, received: 8, held: 2, delivered: 6 }
  const sample = sampleOf(before, lookAt(14_000, { ledger, oldestAt: 13_000 }))
  expect(sample).toMatchObject({
    at: 14_000,
    received: 2,
    delivered: 1.5,
    refused: 0.25,
    held: 2,
    ageSeconds: 1,
  })
  expect(sample.answers).toEqual({ '2xx': 0.5, '3xx': 0, '4xx': 0.25, '5xx': 0.25, failure: 0.25 })
  expect(sample.p50Ms).toBeLessThanOrEqual(5)
  expect(sample.p95Ms).toBeGreaterThan(250)
})

test('a time without attempts has no latency', () => {
  const look = lookAt(0)
  expect(sampleOf(look, { ...look, at: 2_000 })).toMatchObject({ p50Ms: null, p95Ms: null, received: 0 })
})

test('a clock set back makes no rate negative', () => {
  const { received, ageSeconds } = sampleOf(lookAt(2_000), lookAt(1_000, { oldestAt: 1_500 }))
  expect([received, ageSeconds]).toEqual([0, 0])
})
