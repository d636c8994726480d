import { retryAfterMs } from '@wmkt/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const NOW = Date.UTC(2026, 2, 1, 12)
const HOUR_MS = 3_600_000

test.each<[string, string | null | undefined, number]>([
  ['seconds', '120', 120_000],
  ['seconds between spaces', ' 7 ', 7_000],
  ['nothing to wait, which is a second', '0', 1_000],
  ['less than nothing', '-30', 1_000],
  ['more than an hour', '86400', HOUR_MS],
  ['a date', new Date(NOW + 90_000).toUTCString(), 90_000],
  ['a date gone by', new Date(NOW - 90_000).toUTCString(), 1_000],
  ['a date far off', new Date(NOW + 9 * HOUR_MS).toUTCString(), HOUR_MS],
  ['words', 'in a while', 0],
  ['an empty header', '', 0],
  ['no header', null, 0],
  ['no header, the other way to say it', undefined, 0],
])('%s: %j', (_, header, waitMs) => {
  expect(retryAfterMs(header, NOW)).toBe(waitMs)
})

test('whatever the header says, the wait is none or from a second to an hour', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)), (header) => {
      const waitMs = retryAfterMs(header, NOW) || 1_000
      expect(waitMs).toBeGreaterThanOrEqual(1_000)
      expect(waitMs).toBeLessThanOrEqual(HOUR_MS)
    }),
  )
})
