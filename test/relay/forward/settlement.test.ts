import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { settlementOf } from '../../../packages/relay/src/forward/settlement.ts'

const DAY = 86_400_000
const NOW = 1_000_000
const context = { now: () => NOW, random: () => 0.5, latencyMs: 20, maxAgeMs: 7 * DAY, retryInDoubt: false }
const fresh = { attempts: 0, triedMs: 0 }

describe('retry', () => {
  test('waits with full jitter, and the wait counts as time spent trying', () => {
    expect(settlementOf({ type: 'retry', why: '500' }, fresh, context)).toEqual({
      type: 'retry',
      dueAt: NOW + 500,
      triedMs: 520,
      counted: true,
    })
  })

  test('never waits longer than 5 minutes nor gives up by count', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempts, random) => {
        const settled = settlementOf(
          { type: 'retry', why: '' },
          { attempts, triedMs: 0 },
          { ...context, random: () => random },
        )
        if (settled.type !== 'retry') throw new Error(settled.type)
        expect(settled.dueAt - NOW).toBeGreaterThanOrEqual(0)
        expect(settled.dueAt - NOW).toBeLessThanOrEqual(300_000)
      }),
    )
  })

  test('a wait that the upstream named counts neither as attempt nor as trying', () => {
    expect(
      settlementOf({ type: 'retry', why: '429', pauseMs: 60_000 }, { attempts: 3, triedMs: 9 }, context),
    ).toEqual({
      type: 'retry',
      dueAt: NOW + 60_000,
      triedMs: 9,
      counted: false,
    })
  })

  test.each([
    { type: 'refused', status: 401 } as const,
    { type: 'park', code: 'NOT_FOUND' } as const,
    { kind: 'no-token', code: 'TOKEN_UNREACHABLE' } as const,
  ])('being parked costs nothing: $type$kind', (verdict) => {
    expect(settlementOf(verdict, { attempts: 3, triedMs: 8 * DAY }, context)).toEqual({
      type: 'retry',
      dueAt: NOW,
      triedMs: 8 * DAY,
      counted: false,
    })
  })

  test('after 7 days of trying the entry is buried, not dropped', () => {
    const tired = { attempts: 2_000, triedMs: 7 * DAY - 20 }
    expect(settlementOf({ type: 'retry', why: '500' }, tired, context)).toMatchObject({
      type: 'bury',
      code: 'EXPIRED',
    })
    expect(
      settlementOf({ type: 'retry', why: '500' }, { ...tired, triedMs: 7 * DAY - 21 }, context).type,
    ).toBe('retry')
  })
})

test('doubt buries for a person to decide, or retries by option', () => {
  expect(settlementOf({ type: 'doubt', why: '502' }, fresh, context)).toMatchObject({
    type: 'bury',
    code: 'IN_DOUBT',
  })
  expect(settlementOf({ type: 'doubt', why: '502' }, fresh, { ...context, retryInDoubt: true }).type).toBe(
    'retry',
  )
})
