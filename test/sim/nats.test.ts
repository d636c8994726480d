import { expect, test } from 'vitest'
import { runHistory } from './history.ts'

const SEEDS = Number(process.env.SIM_SEEDS ?? 40)
const FIRST = Number(process.env.SIM_FIRST ?? 1)

test(`in ${SEEDS} histories of relays that die, freeze and lose their answers, each item ends once (seeds from ${FIRST})`, {
  timeout: 600_000,
}, async () => {
  const wrong = []
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
    const verdict = await runHistory(seed)
    if (verdict.faults.length > 0) wrong.push(verdict)
  }
  expect(wrong).toEqual([])
})
