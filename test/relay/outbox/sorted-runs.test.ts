import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSortedRuns } from '../../../packages/relay/src/outbox/sorted-runs.ts'

test('whatever is added comes out once, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string())), (batches) => {
      const runs = createSortedRuns()
      for (const texts of batches) runs.add(texts)
      expect(runs.takeAll()).toEqual(batches.flat().toSorted())
      expect(runs.takeAll()).toEqual([])
    }),
  )
})
