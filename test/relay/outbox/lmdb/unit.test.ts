import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeUnit,
  encodeUnit,
  freshEntry,
  holdsBatch,
  type Share,
  type UnitEntry,
} from '../../../../packages/relay/src/outbox/lmdb/unit.ts'

const GROUP = 70_000
const index = fc.integer({ min: 0, max: 65_535 })
const entry = fc.oneof(
  index.map(freshEntry),
  fc.record<UnitEntry>({
    index,
    attempts: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    triedMs: fc.double({ min: 0, noNaN: true }),
    attempting: fc.boolean(),
  }),
)
const share = fc.record<Share>({
  others: fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 4 }),
  entries: fc.array(entry, { minLength: 1, maxLength: 9 }),
})
const unit = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 20 }), share), {
    selector: ([beyond]) => beyond,
    maxLength: 8,
  })
  .map((shares) => new Map(shares.map(([beyond, one]) => [GROUP + beyond, one])))

test('a unit comes back as it was written, and says of each batch whether anything of it is left', () => {
  fc.assert(
    fc.property(unit, (written) => {
      const bytes = encodeUnit(GROUP, written)
      expect(decodeUnit(GROUP, bytes)).toEqual(written)
      for (let seq = GROUP; seq <= GROUP + 21; seq += 1)
        expect(holdsBatch(GROUP, bytes, seq)).toBe(written.has(seq))
    }),
  )
})
