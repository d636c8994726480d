import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Known,
  reconcile,
  type Traces,
  tracesOf,
} from '../../../packages/sandbox/src/users/reconcile.ts'

const traces = fc.record<Traces>({
  trackerId: fc.option(fc.constantFrom('t1', 't2', 't3'), { nil: undefined }),
  values: fc.array(
    fc.record({
      field: fc.constantFrom('email', 'phone'),
      proof: fc.constantFrom('a', 'b', 'c'),
      value: fc.constant('shown'),
      discriminant: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
})

/** Follows merges to who somebody ended up as. */
const finalOf = (merged: Map<string, string>, id: string): string => {
  const next = merged.get(id)
  return next === undefined ? id : finalOf(merged, next)
}

const runAll = (all: readonly Traces[]) => {
  const known: Known = new Map()
  const merged = new Map<string, string>()
  let born = 0
  const users = all.map((one) => {
    const { userId, absorbed } = reconcile(one, known, () => `user-${String(born++).padStart(4, '0')}`)
    if (userId !== undefined) for (const id of absorbed) merged.set(id, userId)
    return userId
  })
  return { known, users: users.map((id) => id && finalOf(merged, id)) }
}

/** Who is one person, found the slow way: whoever shares a trace, directly or through others. */
const togetherOf = (all: readonly Traces[]): number[] => {
  const groups = all.map((_, index) => index)
  for (let pass = 0; pass < all.length; pass++) {
    all.forEach((one, i) => {
      all.forEach((other, j) => {
        const shared = tracesOf(one).some((trace) => tracesOf(other).includes(trace))
        if (shared) groups[i] = groups[j] = Math.min(groups[i] ?? i, groups[j] ?? j)
      })
    })
  }
  return groups
}

describe('reconciliation', () => {
  test('makes one user of all who share a trace, and of no others', () => {
    fc.assert(
      fc.property(fc.array(traces, { maxLength: 8 }), (all) => {
        const { users } = runAll(all)
        const groups = togetherOf(all)
        all.forEach((_, i) => {
          all.forEach((__, j) => {
            if (users[i] !== undefined && users[j] !== undefined)
              expect(users[i] === users[j]).toBe(groups[i] === groups[j])
          })
        })
      }),
    )
  })

  test('knows every trace it has seen by the user it ended up with', () => {
    fc.assert(
      fc.property(fc.array(traces, { maxLength: 8 }), (all) => {
        const { known, users } = runAll(all)
        all.forEach((one, i) => {
          for (const trace of tracesOf(one)) expect(known.get(trace)).toBe(users[i])
        })
      }),
    )
  })

  test('keeps the oldest of those who turn out to be one', () => {
    const known: Known = new Map([
      ['tracker t1', 'b'],
      ['field email x', 'a'],
    ])
    const values = [{ field: 'email', proof: 'x', value: 'x', discriminant: true }]
    expect(reconcile({ trackerId: 't1', values }, known, () => 'c')).toEqual({
      userId: 'a',
      isNew: false,
      absorbed: ['b'],
    })
  })

  test('tells nobody from nothing', () => {
    const values = [{ field: 'first_name', proof: 'ann', value: 'Ann', discriminant: false }]
    expect(reconcile({ trackerId: undefined, values }, new Map(), () => 'c').userId).toBeUndefined()
  })
})
