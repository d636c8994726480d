import fc from 'fast-check'
import { expect } from 'vitest'
import type { EntryRef, Outbox, Settlement } from '../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../packages/relay/src/outbox/settled.ts'
import { createTurnedClock, type TurnedClock } from '../../support/turned-clock.ts'
import { eraseAll, intakeOf, lettersOf, pickerOf, type Wanted } from './intakes.ts'
import { createModel, type Model, type ModelEntry } from './model-of-outbox.ts'

export const MAX_BACKLOG = 12
const LANES = ['event:a', 'event:b', 'interaction:']

export type Step =
  | { do: 'put'; wanted: Wanted[] }
  | { do: 'lease'; lane: string; max: number }
  | { do: 'settle'; pick: number; settlement: Settlement['type']; waitMs: number; counted: boolean }
  | { do: 'release'; pick: number }
  | { do: 'redrive' | 'drop' | 'erase'; nonce: string }
  | { do: 'turn'; ms: number }
  | { do: 'restart' }

const nonce = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', '0193a1b2-c3d4-7ef0-8abc-def012345678')
export const wanted = fc.record({
  nonce,
  kind: fc.constantFrom('event' as const, 'event' as const, 'interaction' as const),
  eventType: fc.constantFrom('a', 'b'),
  content: fc.constantFrom('same', 'same', 'same', 'other'),
})
const pick = fc.nat(20)
/** Whatever may be done to an outbox. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('put' as const), wanted: fc.array(wanted, { maxLength: 6 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('lease' as const),
      lane: fc.constantFrom(...LANES),
      max: fc.integer({ min: 0, max: 4 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      pick,
      settlement: fc.constantFrom('mark' as const, 'ack' as const, 'retry' as const, 'bury' as const),
      waitMs: fc.integer({ min: -5, max: 30 }),
      counted: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('redrive' as const, 'drop' as const, 'erase' as const),
      nonce,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('turn' as const), ms: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)

/** An outbox under test. `restart`: the outbox anew; undefined where nothing outlives it. */
export type Under = {
  outbox: Outbox
  restart: () => Promise<Outbox | undefined>
  dispose: () => Promise<void>
}
export type Held = { entry: ModelEntry; ref: EntryRef }

export const settlementOf = (wish: Extract<Step, { do: 'settle' }>, now: number): Settlement => {
  switch (wish.settlement) {
    case 'retry':
      return { type: 'retry', dueAt: now + wish.waitMs, triedMs: wish.pick, counted: wish.counted }
    case 'bury':
      return { type: 'bury', code: 'NO', message: 'no' }
    default:
      return { type: wish.settlement }
  }
}

const keyOf = async (outbox: Outbox, one: string) =>
  `${(await outbox.deadLetter(one))?.kind ?? 'event'}/${one}`

/** Carries one step out on both, and compares their answers. */
export const take = async (under: Under, model: Model, leased: Held[], clock: TurnedClock, wish: Step) => {
  const { outbox } = under
  switch (wish.do) {
    case 'put': {
      const intake = intakeOf(wish.wanted, clock.now())
      const expected = model.put(intake)
      if (expected === 'full') await expect(outbox.put(intake)).rejects.toMatchObject({ reason: 'backlog' })
      else expect(await outbox.put(intake)).toEqual(expected)
      break
    }
    case 'lease': {
      const expected = model.due(wish.lane, clock.now()).slice(0, wish.max)
      const given = await outbox.lease(wish.lane, wish.max)
      const facts = ({
        nonce,
        index,
        attempts,
        triedMs,
        attempting,
      }: ModelEntry | (typeof given)[number]) => ({
        ...{ nonce, index, attempts, triedMs, attempting },
      })
      expect(given.map(facts)).toEqual(expected.map(facts))
      for (const [at, entry] of expected.entries()) {
        entry.leased = true
        const ref = given[at]?.ref
        if (ref) leased.push({ entry, ref })
      }
      break
    }
    case 'settle': {
      const held = leased[wish.pick % Math.max(1, leased.length)]
      if (!held) break
      const settlement = settlementOf(wish, clock.now())
      await settled(outbox, held.ref, settlement)
      model.settle(held.entry, settlement)
      if (settlement.type !== 'mark') leased.splice(leased.indexOf(held), 1)
      break
    }
    case 'release': {
      const [held] = leased.splice(wish.pick % Math.max(1, leased.length), 1)
      if (!held) break
      outbox.release([held.ref])
      Object.assign(held.entry, { leased: false, dueAt: 0 })
      break
    }
    case 'redrive':
    case 'drop': {
      const key = await keyOf(outbox, wish.nonce)
      expect(await outbox[wish.do](wish.nonce)).toBe(model[wish.do](key))
      break
    }
    case 'erase': {
      const step = await eraseAll(outbox, pickerOf(wish.nonce))
      const { held, deadLetters, underWay } = step
      const expected = { held: 0, deadLetters: 0, underWay: 0 }
      for (const entry of model.entries.filter((one) => one.nonce === wish.nonce)) {
        const kind = entry.key.startsWith('event/') ? 'event' : 'interaction'
        // Where relays share an outbox, nobody knows whether a marked one is not under way elsewhere.
        const stays =
          entry.leased || (entry.attempting && (await outbox.fate(entry.nonce, kind))?.state === 'held')
        const what = entry.place === 'buried' ? 'deadLetters' : stays ? 'underWay' : 'held'
        if (entry.place !== 'held' && entry.place !== 'buried') continue
        expected[what] += 1
        if (what !== 'underWay') entry.place = 'dropped'
      }
      expect({ held, deadLetters, underWay }).toEqual(expected)
      break
    }
    case 'turn':
      clock.turn(wish.ms)
      break
    case 'restart': {
      const again = await under.restart()
      if (!again) break
      under.outbox = again
      model.restart()
      leased.length = 0
    }
  }
}

export const compare = async ({ outbox }: Pick<Under, 'outbox'>, model: Model) => {
  expect(outbox.ledger()).toEqual(model.ledger())
  expect([...outbox.lanes()].sort()).toEqual(model.lanes().sort())
  const buried = model.entries.filter(({ place }) => place === 'buried').map(({ nonce }) => nonce)
  expect((await lettersOf(outbox)).map((letter) => letter.nonce)).toEqual(buried.sort())
  for (const { key, nonce } of model.entries) {
    const kind = key.startsWith('event/') ? 'event' : 'interaction'
    expect((await outbox.fate(nonce, kind))?.state).toBe(model.state(key))
  }
}

/** Does whatever comes to mind to an outbox and to its model, and compares them after each step. */
export const behavesLikeModel = (open: (clock: TurnedClock) => Promise<Under>, numRuns: number) =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const clock = createTurnedClock()
      const under = await open(clock)
      const [model, leased]: [Model, Held[]] = [createModel(MAX_BACKLOG), []]
      try {
        for (const wish of steps) {
          await take(under, model, leased, clock, wish)
          await compare(under, model)
        }
      } finally {
        await under.dispose()
      }
    }),
    { numRuns },
  )
