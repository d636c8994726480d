import { parseRfc3339 } from '@wmkt/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test.each<[string, string, string]>([
  ['UTC', '2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
  ['small letters and a space', '2026-03-01 12:00:00z', '2026-03-01T12:00:00.000Z'],
  ['an offset east', '2026-03-01T01:00:00+05:45', '2026-02-28T19:15:00.000Z'],
  ['an offset west', '2026-02-28T23:00:00-02:30', '2026-03-01T01:30:00.000Z'],
  ['no offset, which is UTC', '2026-03-01T12:00:00', '2026-03-01T12:00:00.000Z'],
  ['more digits than milliseconds have', '2026-03-01T12:00:00.123999Z', '2026-03-01T12:00:00.123Z'],
  ['a leap second', '2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ['a leap day', '2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['the first year', '0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
  ['a year below 100', '0099-06-01T00:00:00Z', '0099-06-01T00:00:00.000Z'],
])('%s is read', (_, text, instant) => {
  expect(new Date(parseRfc3339(text) ?? Number.NaN).toISOString()).toBe(instant)
})

test.each([
  '2026-03-01',
  '2026-3-1T12:00:00Z',
  '2026-03-01T12:00Z',
  '2026-13-01T12:00:00Z',
  '2026-00-01T12:00:00Z',
  '2026-02-29T12:00:00Z',
  '2026-03-00T12:00:00Z',
  '2026-03-01T24:00:00Z',
  '2026-03-01T12:60:00Z',
  '2026-03-01T12:00:61Z',
  '2026-03-01T12:00:00+24:00',
  '2026-03-01T12:00:00+00:60',
  '2026-03-01T12:00:00.Z',
  '2026-03-01T12:00:00ZZ',
  ' 2026-03-01T12:00:00Z',
  '+002026-03-01T12:00:00Z',
  'Sun, 01 Mar 2026 12:00:00 GMT',
  '',
])('%j is no date-time', (text) => {
  expect(parseRfc3339(text)).toBeUndefined()
})

const instant = fc.integer({ min: Date.UTC(1, 0, 2), max: Date.UTC(9999, 11, 30) })
const pad = (value: number): string => String(value).padStart(2, '0')

test('whatever Date writes, at any offset, is read as the same instant', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: -1439, max: 1439 }), (at, offsetMinutes) => {
      const local = new Date(at + offsetMinutes * 60_000).toISOString().slice(0, -1)
      const minutes = Math.abs(offsetMinutes)
      const offset = `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
      expect(parseRfc3339(local + offset)).toBe(at)
    }),
  )
})

test('each of the thousand milliseconds of a second is read as itself', () => {
  for (let ms = 0; ms < 1000; ms += 1) {
    const at = Date.UTC(2026, 0, 1, 0, 0, 0, ms)
    expect(parseRfc3339(new Date(at).toISOString())).toBe(at)
  }
})

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = parseRfc3339(text)
      expect(read === undefined || Number.isFinite(read)).toBe(true)
    }),
  )
})
