import { expect, test } from 'vitest'
import type { Row } from '../../packages/tag/src/row.ts'
import { oldOf } from '../../packages/tag/src/rows.ts'

const DAY_MS = 86_400_000
const now = 100 * DAY_MS
const rows = [31, 30, 1, 0].map(
  (days): Row => ({
    key: ['lane', now - days * DAY_MS, `${days}`],
    kind: 'event',
    nonce: `${days}`,
    json: '{}',
  }),
)
const nonces = (old: Row[]): string[] => old.map(({ nonce }) => nonce)

test('rows older than 30 days are beyond the bounds', () => {
  expect(nonces(oldOf(rows, 4, now))).toEqual(['31'])
})

test('with more than 10,000 held, the oldest of them are', () => {
  expect(nonces(oldOf(rows, 10_003, now))).toEqual(['31', '30', '1'])
})
