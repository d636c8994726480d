import { expect, test } from 'vitest'
import { createHanding } from '../../../packages/relay/src/forward/handing.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('what came in one turn is handed on together in the next, in order; what comes meanwhile in the one after', async () => {
  const taken: string[] = []
  const hand = createHanding<string>((one) => {
    taken.push(one)
    if (one === 'a') hand('c')
  })
  hand('a')
  hand('b')
  expect(taken).toEqual([])
  await turn()
  expect(taken).toEqual(['a', 'b'])
  await turn()
  expect(taken).toEqual(['a', 'b', 'c'])
  hand('d')
  await turn()
  expect(taken).toEqual(['a', 'b', 'c', 'd'])
})
