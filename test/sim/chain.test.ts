import { expect, test } from 'vitest'
import { runHistory } from './chain/history.ts'
import { compileShipped } from './chain/shipped.ts'

const SEEDS = Number(process.env.SIM_CHAIN_SEEDS ?? 200)

test(`in ${SEEDS} histories of pages, wire, relays and upstream that fail in every way, each item ends once`, {
  timeout: 600_000,
}, async () => {
  const programs = await compileShipped()
  const wrong = []
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { faults } = await runHistory(programs, seed)
    if (faults.length > 0) wrong.push({ seed, faults })
  }
  expect(wrong).toEqual([])
})

test('a seed gives the same history again', async () => {
  const programs = await compileShipped()
  const [first, second] = [await runHistory(programs, 7, true), await runHistory(programs, 7, true)]
  expect(second).toEqual(first)
  expect(first.story.length).toBeGreaterThan(5)
})
