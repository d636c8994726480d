import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fatesOf } from '../../packages/tag/src/news.ts'
import type { Row } from '../../packages/tag/src/row.ts'

const rowOf = (nonce: string): Row => ({ key: ['lane', 1, nonce], kind: 'event', nonce, json: '{}' })
const receipt = { accepted: 1, duplicates: 0, rejected: [], held: [] }

test('every row of a batch has exactly one ending, in the order of the batch', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid(), { minLength: 1 }), fc.func(fc.boolean()), (nonces, refused) => {
      const rejected = nonces.flatMap((nonce, index) =>
        refused(nonce) ? [{ index, nonce, code: 'ITEM_INVALID' as const, message: 'no' }] : [],
      )
      const fates = fatesOf(nonces.map(rowOf), { ...receipt, rejected })
      expect(fates.map(([{ nonce }]) => nonce)).toEqual(nonces)
      expect(fates.map(([, ending]) => ending)).toEqual(
        nonces.map((nonce) => (refused(nonce) ? 'rejected' : 'delivered')),
      )
    }),
  )
})

test('a rejection without a nonce is matched by its index', () => {
  const rejected = [{ index: 1, nonce: null, code: 'NONCE_INVALID' as const, message: 'bad' }]
  const rows = [rowOf('a'), rowOf('!')]
  expect(fatesOf(rows, { ...receipt, rejected })).toEqual([
    [rows[0], 'delivered', undefined, undefined],
    [rows[1], 'rejected', 'NONCE_INVALID', 'bad'],
  ])
})

test('when nothing was accepted, what is not rejected is a duplicate', () => {
  const [[, ending] = []] = fatesOf([rowOf('a')], { ...receipt, accepted: 0, duplicates: 1 })
  expect(ending).toBe('duplicate')
})

test('an answer that is no receipt is refused', () => {
  expect(() => fatesOf([rowOf('a')], JSON.parse('{"ok":true}'))).toThrow()
})
