import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { phpDateText } from '../../../packages/sandbox/src/http/php-date.ts'
import { instantOf } from '../../../packages/sandbox/src/http/rfc3339.ts'

const ZONES = [
  'UTC',
  'Europe/Paris',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Etc/GMT+12',
]

const moment = fc.date({
  min: new Date('1980-01-01T00:00:00Z'),
  max: new Date('2037-01-01T00:00:00Z'),
  noInvalidDate: true,
})

/** What the zone's clocks show at the moment, as PHP writes it. */
const wallClock = (at: number, zone: string): string => {
  const fields = { dateStyle: 'short', timeStyle: 'medium', timeZone: zone } as const
  return `${new Intl.DateTimeFormat('sv', fields).format(at)}.${String(at).slice(-3).padStart(3, '0')}000`
}

const read = (date: unknown, timezone: unknown) => {
  const told = phpDateText({ date, timezone_type: 3, timezone })
  return typeof told === 'string' ? instantOf(told) : undefined
}

describe('PHP’s DateTime as JSON', () => {
  test.each([
    ['2026-01-03 03:04:05.000000', '+00:00', '2026-01-03T03:04:05.000Z'],
    ['2026-01-03 03:04:05.678901', '+02:00', '2026-01-03T01:04:05.678Z'],
    ['2026-01-03 03:04:05.000000', 'Z', '2026-01-03T03:04:05.000Z'],
    ['2026-01-03 03:04:05.000000', 'UTC', '2026-01-03T03:04:05.000Z'],
    ['2026-01-03 03:04:05.000000', 'Europe/Paris', '2026-01-03T02:04:05.000Z'],
    ['2026-07-03 03:04:05.000000', 'Europe/Paris', '2026-07-03T01:04:05.000Z'],
    ['2026-03-08 03:30:00.000000', 'America/New_York', '2026-03-08T07:30:00.000Z'],
  ])('of %s in %s is %s', (date, timezone, instant) => {
    expect(read(date, timezone)).toBe(Date.parse(instant))
  })

  test('shows the same clock when it is read and written again, in winter and summer', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(...ZONES), (moment, zone) => {
        const shown = wallClock(moment.getTime(), zone)
        const at = read(shown, zone)
        expect(at === undefined ? undefined : wallClock(at, zone)).toBe(shown)
      }),
    )
  })

  test.each([
    ['2026-02-30 00:00:00.000000', 'Europe/Paris'],
    ['2026-02-30 00:00:00.000000', '+01:00'],
    ['2026-01-01 24:00:00.000000', 'Europe/Paris'],
    ['2026-13-01 00:00:00.000000', 'Europe/Paris'],
    ['2026-01-01 00:00:00.000000', 'Middle/Earth'],
    ['2026-01-01 00:00:00.000000', 'CEST'],
    ['yesterday', 'UTC'],
    [{ toString: 1 }, 'UTC'],
    ['2026-01-01 00:00:00.000000', { toString: 1 }],
  ])('of %j in %j is none', (date, timezone) => {
    expect(read(date, timezone)).toBeUndefined()
  })

  test('is never read from what is none, and reading never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (date, timezone) => {
        const given = { date, timezone }
        expect(phpDateText(given)).toBe(given)
      }),
    )
  })
})
