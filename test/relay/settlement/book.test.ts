import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBook } from '../../../packages/relay/src/settlement/book.ts'
import * as reckon from '../../../packages/relay/src/settlement/reckoning.ts'

const NOW = Date.UTC(2026, 0, 1)
const MINUTE = 60_000

test('deliveries that are entered together make the same reckoning as one by one', () => {
  const step = fc.record({ after: fc.nat(MINUTE), reads: fc.boolean(), settles: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const book = createBook(reckon.begin(NOW))
      let [oneByOne, now] = [reckon.begin(NOW), NOW]
      for (const { after, reads, settles } of steps) {
        now += after
        book.delivered(now)
        oneByOne = reckon.delivered(oneByOne, now)
        const settle = (before: reckon.Reckoning) => reckon.settledUpTo(before, now - 5 * MINUTE)
        if (settles) oneByOne = settle(oneByOne)
        if (settles) book.turn(settle)
        if (reads) expect(book.read()).toEqual(oneByOne)
      }
      expect(book.read()).toEqual(oneByOne)
    }),
  )
})
