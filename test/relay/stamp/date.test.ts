import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateOf, MAX_AGE_MS } from '../../../packages/relay/src/stamp/date.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const YEAR_MS = 365 * 86_400_000
const iso = (ms: number) => new Date(ms).toISOString()

test.each<[string, number | string | undefined, { sentAt?: number; keyed?: boolean }, number, boolean]>([
  [
    'a batch stalled 30 s does not shift its events',
    NOW - 40_000,
    { sentAt: NOW - 30_000 },
    NOW - 40_000,
    false,
  ],
  [
    'a clock one year behind gives right dates',
    NOW - YEAR_MS - 5_000,
    { sentAt: NOW - YEAR_MS },
    NOW - 5_000,
    false,
  ],
  [
    'a clock one year ahead gives right dates',
    NOW + YEAR_MS - 5_000,
    { sentAt: NOW + YEAR_MS },
    NOW - 5_000,
    false,
  ],
  [
    'a clock set back between record and send gives age 0',
    NOW - YEAR_MS + 9e5,
    { sentAt: NOW - YEAR_MS },
    NOW,
    false,
  ],
  ['what lies ahead of us is clamped', NOW + 30_000, { sentAt: NOW + 30_000 }, NOW, false],
  ['31 days of age are believed', NOW - MAX_AGE_MS, { sentAt: NOW }, NOW - MAX_AGE_MS, false],
  ['more are not', NOW - MAX_AGE_MS - 1, { sentAt: NOW }, NOW, true],
  ['without sentAt, within a minute', NOW - 60_000, {}, NOW - 60_000, false],
  ['without sentAt, beyond', NOW - 60_001, {}, NOW, true],
  ['a text keeps its instant', '2026-03-01T10:00:00+02:00', {}, NOW - 4 * 3_600_000, false],
  ['a text without offset is UTC', '2026-03-01T10:00:00', {}, NOW - 2 * 3_600_000, false],
  ['an old text is not believed', '2020-01-01T00:00:00Z', {}, NOW, true],
  [
    'an old text with a key is',
    '2020-01-01T00:00:00Z',
    { keyed: true },
    Date.parse('2020-01-01T00:00:00Z'),
    false,
  ],
  ['without occurredAt it is the receipt', undefined, {}, NOW, false],
])('%s', (_, occurredAt, more, expected, dateUntrusted) => {
  expect(dateOf(occurredAt, { receivedAt: NOW, ...more })).toEqual({ date: iso(expected), dateUntrusted })
})

describe('whatever the clocks say', () => {
  const clock = fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true })
  test('the date is RFC 3339 with milliseconds, and never after the receipt', () => {
    fc.assert(
      fc.property(clock, fc.option(clock, { nil: undefined }), (occurredAt, sentAt) => {
        const { date } = dateOf(occurredAt, { receivedAt: NOW, ...(sentAt !== undefined && { sentAt }) })
        expect(date).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
        expect(Date.parse(date)).toBeLessThanOrEqual(NOW)
      }),
    )
  })

  test('beyond the band, an offset of the whole client clock changes nothing', () => {
    const offset = fc.integer({ min: 61_000, max: 1e12 })
    fc.assert(
      fc.property(offset, fc.integer({ min: 0, max: MAX_AGE_MS }), (by, ageMs) => {
        const sentAt = NOW - by
        expect(dateOf(sentAt - ageMs, { receivedAt: NOW, sentAt }).date).toBe(iso(NOW - ageMs))
      }),
    )
  })
})
