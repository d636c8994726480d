import { describe, expect, test } from 'vitest'
import { BUGS } from './chain/bugs.ts'
import { runHistory } from './chain/history.ts'
import { compileShipped, type Programs } from './chain/shipped.ts'

/** Histories within which each must be found. */
const SEEDS = 400

/** The first fault of that kind. */
const findFault = async (programs: Programs, kind: RegExp): Promise<string | undefined> => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { faults } = await runHistory(programs, seed)
    const found = faults.find((fault) => kind.test(fault))
    if (found !== undefined) return found
  }
  return undefined
}

/** A simulation that finds none of what is planted into the shipped source would prove nothing. */
describe('the simulation of the chain finds', { timeout: 120_000 }, () => {
  test.each(BUGS)('$name', async ({ edits, found }) => {
    expect(await findFault(await compileShipped(edits), found)).toMatch(found)
  })
})
