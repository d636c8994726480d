import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as reckon from '../../../packages/relay/src/settlement/reckoning.ts'

const MINUTE = 60_000
const NOW = Date.UTC(2026, 0, 1)

test('delivered events are pending, then kept; one in the trash is taken from where it was counted', () => {
  let book = reckon.begin(NOW)
  for (const after of [0, 10_000, MINUTE, 5 * MINUTE]) book = reckon.delivered(book, NOW + after)
  expect([book.kept, reckon.pendingIn(book)]).toEqual([0, 4])
  book = reckon.settledUpTo(book, NOW + MINUTE)
  expect([book.kept, reckon.pendingIn(book)]).toEqual([2, 2])
  book = reckon.trashed(book, NOW)
  expect([book.kept, book.trashed, reckon.pendingIn(book)]).toEqual([1, 1, 2])
  book = reckon.trashed(book, NOW + 5 * MINUTE)
  expect([book.kept, book.trashed, reckon.pendingIn(book)]).toEqual([1, 2, 1])
  book = reckon.trashed(book, undefined)
  expect([book.kept, book.trashed, reckon.pendingIn(book)]).toEqual([0, 3, 1])
})

test('kept, trashed and pending are all that was delivered, in whatever order things come', () => {
  const step = fc.record({
    what: fc.constantFrom('deliver', 'trash', 'settle'),
    after: fc.nat(20 * MINUTE),
    at: fc.nat(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let [book, now] = [reckon.begin(NOW), NOW]
      const times: number[] = []
      let count = 0
      for (const { what, after, at } of steps) {
        now += after
        if (what === 'deliver') {
          times.push(now)
          count += 1
          book = reckon.delivered(book, now)
        }
        const trashed = what === 'trash' ? times.splice(at % (times.length || 1), 1)[0] : undefined
        if (trashed !== undefined) book = reckon.trashed(book, trashed)
        if (what === 'settle') book = reckon.settledUpTo(book, now - 5 * MINUTE)
      }
      expect(book.kept + book.trashed + reckon.pendingIn(book)).toBe(count)
      expect(book.trashed).toBe(count - times.length)
    }),
  )
})

test('a trash that nobody can read for months costs no more than one of a day, and nothing is lost of the count', () => {
  let book = reckon.begin(NOW)
  const minutes = 3_000
  for (let n = 0; n < minutes; n += 1) book = reckon.delivered(book, NOW + n * MINUTE)
  expect(book.pending).toHaveLength(1_440)
  expect(reckon.pendingIn(book)).toBe(minutes)
  // One of those that were put together, one that stands alone.
  for (const n of [5, minutes - 1]) book = reckon.trashed(book, NOW + n * MINUTE)
  expect([book.kept, book.trashed, reckon.pendingIn(book)]).toEqual([0, 2, minutes - 2])
  book = reckon.settledUpTo(book, NOW + minutes * MINUTE)
  expect([book.kept, book.trashed, reckon.pendingIn(book)]).toEqual([minutes - 2, 2, 0])
})
