import { expect, test } from 'vitest'
import { type LaneState, makeLaneState } from '../../../packages/relay/src/forward/lane-state.ts'
import { createTrial } from '../../../packages/relay/src/forward/trial.ts'
import type { LeasedEntry } from '../../../packages/relay/src/outbox/outbox.ts'

const entryOf = (lane: string, nonce: string): LeasedEntry => ({
  ...{ ref: { lane, seq: 1, index: 0 }, kind: 'event', nonce, lane, index: 0 },
  ...{ record: Buffer.alloc(0), attempts: 0, triedMs: 0, attempting: false },
})

/** A lane with so many entries at hand. */
const laneOf = (name: string, count: number): LaneState => ({
  ...makeLaneState(name, 8),
  ready: Array.from({ length: count }, (_, n) => entryOf(name, `${name}-${n}`)),
})

test('each time another entry is tried; when all were, it begins over', () => {
  const trial = createTrial()
  const lane = laneOf('a', 3)
  const tried = Array.from({ length: 5 }, () => {
    const nonce = trial.pick(Object.assign(lane, { ready: laneOf('a', 3).ready }))?.nonce ?? ''
    trial.failed(lane, nonce)
    return nonce
  })
  expect(tried).toEqual(['a-0', 'a-1', 'a-2', 'a-0', 'a-1'])
  expect(trial.triedIn(lane)).toBe(2)
})
test('lanes take turns: the one tried last comes last, and a new one has its turn too', () => {
  const trial = createTrial()
  const [a, b, c] = [laneOf('a', 1), laneOf('b', 1), laneOf('c', 1)]
  expect(trial.inTurn([a, b])).toEqual([a, b])
  trial.pick(a)
  expect(trial.inTurn([a, b, c])).toEqual([b, c, a])
  trial.pick(c)
  expect(trial.inTurn([a, b, c])).toEqual([a, b, c])
})

test('of a lane that goes well nothing is remembered, of the others all is', () => {
  const trial = createTrial()
  const [a, b] = [laneOf('a', 1), laneOf('b', 1)]
  trial.failed(a, 'a-0')
  trial.failed(b, 'b-0')
  trial.failed(b, 'b-0')
  trial.passed(a)
  expect([trial.triedIn(a), trial.triedIn(b)]).toEqual([0, 1])
  trial.over()
  expect(trial.triedIn(b)).toBe(0)
})

test('no more than a thousand are remembered in all', () => {
  const trial = createTrial()
  const [a, b] = [laneOf('a', 1), laneOf('b', 1)]
  for (let n = 0; n < 999; n += 1) trial.failed(a, `a-${n}`)
  trial.failed(b, 'b-0')
  expect([trial.triedIn(a), trial.triedIn(b)]).toEqual([999, 1])
  trial.failed(b, 'b-1')
  expect([trial.triedIn(a), trial.triedIn(b)]).toEqual([0, 1])
})
