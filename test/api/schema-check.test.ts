import { Type } from '@sinclair/typebox'
import { DateTime, EventId, fits, flawsOf, NewEvent, OfflineInteraction, ProjectId } from '@wmkt/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

describe('flawsOf', () => {
  test('tells path and expectation, never the value', () => {
    const flaws = flawsOf(NewEvent, {
      projectId: 'demo-shop',
      eventType: 'x',
      nonce: 5,
      data: 'ada@example.org',
    })
    expect(flaws).toEqual(['/nonce: Expected string', '/data: Expected object'])
  })

  test('is empty exactly when the value fits', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(flawsOf(NewEvent, value).length === 0).toBe(fits(NewEvent, value))
      }),
    )
  })

  test('stops at eight flaws', () => {
    expect(flawsOf(Type.Array(Type.String()), Array(100).fill(1))).toHaveLength(8)
  })
})

describe('forms', () => {
  test.each(['demo', 'a-b-c', '2nd-shop', 'x'.repeat(64)])('%s is a project id', (text) => {
    expect(fits(ProjectId, text)).toBe(true)
  })
  test.each(['ab', 'x'.repeat(65), 'Demo', '-demo', 'demo-', 'a--b', 'a_b', ''])(
    '%j is no project id',
    (text) => {
      expect(fits(ProjectId, text)).toBe(false)
    },
  )
  test.each([
    '2026-03-14T09:26:53Z',
    '2026-03-14T09:26:53.5+05:30',
    '2026-03-14 09:26:53',
    '2026-03-14t09:26:53z',
  ])('%s has the form of a date-time', (text) => {
    expect(fits(DateTime(''), text)).toBe(true)
  })
  test.each(['2026-03-14', '2022-04-01Z05:00:00', '14/03/2026', '2026-03-14T09:26Z'])(
    '%s has not',
    (text) => {
      expect(fits(DateTime(''), text)).toBe(false)
    },
  )
  test('an event id is a UUID of any version', () => {
    expect(fits(EventId, '0193a5c2-7d4e-7b1a-9c55-0a7f3be1d201')).toBe(true)
    expect(fits(EventId, '0193a5c2')).toBe(false)
  })
  test('a nonce is never empty: all events would be one', () => {
    const event = { projectId: 'demo-shop', eventType: 'x', data: {} }
    expect(fits(NewEvent, { ...event, nonce: 'n' })).toBe(true)
    expect(fits(NewEvent, { ...event, nonce: '' })).toBe(false)
  })
  test('nodeData takes any key beside wmktId', () => {
    expect(fits(OfflineInteraction, { nodeData: { wmktId: 'a', cid: 'b' } })).toBe(true)
    expect(fits(OfflineInteraction, { nodeData: { cid: 'b' } })).toBe(false)
  })
})
