import { expect, test } from 'vitest'
import { BLOCK_BYTES, createPool } from '../../packages/relay/src/pool.ts'

test('what is given back is lent again, and what is not is nobody else’s', () => {
  const pool = createPool()
  const [kept, given] = [pool.take(BLOCK_BYTES).fill(1), pool.take(BLOCK_BYTES - 1).fill(2)]
  pool.give(given)
  const again = pool.take(BLOCK_BYTES - 2)
  expect([again.buffer === given.buffer, again.length]).toEqual([true, BLOCK_BYTES - 2])
  const more = [pool.take(BLOCK_BYTES).fill(3), pool.take(BLOCK_BYTES).fill(4)]
  expect(new Set([kept, again, ...more].map(({ buffer }) => buffer)).size).toBe(4)
  expect(kept.every((byte) => byte === 1)).toBe(true)
})

test('what is small, or larger than a block, is memory of its own, given back or not', () => {
  const pool = createPool()
  const odd = [1, 500, BLOCK_BYTES + 1].map((bytes, n) => pool.take(bytes).fill(n))
  for (const bytes of odd) pool.give(bytes)
  for (const bytes of [1, 500, BLOCK_BYTES, BLOCK_BYTES + 1]) pool.take(bytes).fill(9)
  for (const [n, bytes] of odd.entries()) expect(bytes.every((byte) => byte === n)).toBe(true)
})

test('no more than some blocks wait to be lent', () => {
  const pool = createPool()
  const many = Array.from({ length: 40 }, () => pool.take(BLOCK_BYTES))
  for (const bytes of many) pool.give(bytes)
  const known = new Set(many.map(({ buffer }) => buffer))
  const again = Array.from({ length: 40 }, () => pool.take(BLOCK_BYTES))
  expect(again.filter(({ buffer }) => known.has(buffer))).toHaveLength(16)
})
