import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instantOf } from '../../../packages/sandbox/src/http/rfc3339.ts'

const moment = fc.date({
  min: new Date('0002-01-01T00:00:00Z'),
  max: new Date('9998-12-31T00:00:00Z'),
  noInvalidDate: true,
})
const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 })

const two = (n: number): string => String(n).padStart(2, '0')

/** The moment as a clock at the offset shows it. */
const written = (at: Date, minutes: number): string => {
  const local = new Date(at.getTime() + minutes * 60_000).toISOString().replace('Z', '')
  const away = Math.abs(minutes)
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(away / 60))}:${two(away % 60)}`
}

describe('a date-time', () => {
  test('is the same instant at any offset', () => {
    fc.assert(fc.property(moment, offset, (at, minutes) => instantOf(written(at, minutes)) === at.getTime()))
  })

  test('without an offset is UTC', () => {
    fc.assert(fc.property(moment, (at) => instantOf(at.toISOString().replace('Z', '')) === at.getTime()))
  })

  test('is never read from what is none, and reading never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (!/^\d{4}-\d\d-\d\d[Tt ]/.test(text)) expect(instantOf(text)).toBeUndefined()
      }),
    )
  })

  test.each([
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:61Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '2026-01-01',
    '2026-01-01T00:00Z',
  ])('%s is none', (text) => {
    expect(instantOf(text)).toBeUndefined()
  })

  test('of a leap day and a leap second is one', () => {
    expect(instantOf('2024-02-29T00:00:00Z')).toBe(Date.UTC(2024, 1, 29))
    expect(instantOf('2016-12-31T23:59:60Z')).toBe(Date.UTC(2017, 0, 1))
  })
})
