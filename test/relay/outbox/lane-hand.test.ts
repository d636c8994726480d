import { expect, test } from 'vitest'
import { createLaneHand } from '../../../packages/relay/src/outbox/lane-hand.ts'
import { createTurnedClock } from '../../support/turned-clock.ts'

const PLACE = 7
const GROUP = 1
const make = () => {
  const clock = createTurnedClock()
  return { clock, hand: createLaneHand(clock, () => {}) }
}

test('a leased entry is not claimed', () => {
  const { hand } = make()
  hand.lease(PLACE, GROUP)
  expect(hand.claim(PLACE, GROUP)).toBeUndefined()
})

test('a claim that comes to nothing leaves an entry that was not walked yet where it was', () => {
  const { hand } = make()
  hand.claim(PLACE, GROUP)?.()
  expect([hand.isLeased(PLACE), hand.groupOfLeased(PLACE), hand.takeDue()]).toEqual([
    false,
    undefined,
    undefined,
  ])
})

test('one that was walked past meanwhile is due', () => {
  const { hand } = make()
  const undo = hand.claim(PLACE, GROUP)
  hand.cursor = PLACE + 1
  undo?.()
  expect([hand.takeDue(), hand.takeDue()]).toEqual([PLACE, undefined])
})

test.each([true, false])('one that waited is due once, looked for meanwhile: %j', (isLookedFor) => {
  const { hand, clock } = make()
  hand.lease(PLACE, GROUP)
  hand.wait(PLACE, clock.now() + 10)
  const undo = hand.claim(PLACE, GROUP)
  clock.turn(20)
  if (isLookedFor) expect(hand.takeDue()).toBeUndefined()
  undo?.()
  expect([hand.takeDue(), hand.takeDue()]).toEqual([PLACE, undefined])
})

test('one that waited and is erased never comes up', () => {
  const { hand, clock } = make()
  hand.lease(PLACE, GROUP)
  hand.wait(PLACE, clock.now() + 10)
  hand.claim(PLACE, GROUP)
  hand.letGo(PLACE)
  clock.turn(20)
  expect(hand.takeDue()).toBeUndefined()
})
