import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LmdbOutbox } from '../../../../packages/relay/src/outbox/lmdb/lmdb.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import {
  compare,
  type Held,
  MAX_BACKLOG,
  type Step,
  settlementOf,
  step,
  take,
  wanted,
} from '../against-model.ts'
import { intakeOf } from '../intakes.ts'
import { createModel, type Model, type ModelEntry } from '../model-of-outbox.ts'
import { makeLmdbFolder } from './lmdb-folder.ts'

type Settle = Extract<Step, { do: 'settle' }>

/** The process dies so many turns of its event loop after these were begun, answered or not. */
type Crash = { puts: Extract<Step, { do: 'put' }>['wanted'][]; settles: Settle[]; turns: number }
type Life = { steps: Step[]; crash: Crash }

const settle = fc.record({
  ...{ do: fc.constant('settle' as const), pick: fc.nat(20), counted: fc.boolean() },
  settlement: fc.constantFrom('mark' as const, 'ack' as const, 'retry' as const, 'bury' as const),
  waitMs: fc.integer({ min: -5, max: 30 }),
})
const life: fc.Arbitrary<Life> = fc.record({
  steps: fc.array(step, { maxLength: 25 }),
  crash: fc.record({
    puts: fc.array(fc.array(wanted, { maxLength: 4 }), { maxLength: 2 }),
    settles: fc.array(settle, { maxLength: 2 }),
    turns: fc.nat(12),
  }),
})

/** One after the other on paper, and whether each was answered when the process died. */
type Begun = { apply: (model: Model) => void; answered: boolean }

const begin = (outbox: LmdbOutbox, leased: Held[], { puts, settles }: Crash, now: number): Begun[] => {
  const begun: Begun[] = []
  const note = (answer: Promise<unknown>, apply: Begun['apply']) => {
    const one = { apply, answered: false }
    begun.push(one)
    answer.then(
      () => (one.answered = true),
      () => {},
    )
  }
  for (const one of puts) {
    const intake = intakeOf(one, now)
    note(outbox.put(intake), (model) => void model.put(intake))
  }
  for (const wish of settles) {
    const [held] = leased.splice(wish.pick % Math.max(1, leased.length), 1)
    if (!held) continue
    const settlement = settlementOf(wish, now)
    const { key } = held.entry
    const apply = (model: Model) => {
      const entry = model.entries.find((other) => other.key === key)
      if (entry) model.settle(entry, settlement)
    }
    note(settled(outbox, held.ref, settlement), apply)
  }
  return begun
}

/**
 * What the dead process would have left, were it dead now: the file of one moment, that between two readings which are
 * alike. A copy made while the disk's thread writes may have its end from before and its beginning from after.
 */
const imageOf = (path: string): Buffer => {
  const [image, again] = [readFileSync(path), readFileSync(path)]
  return image.equals(again) ? image : imageOf(path)
}

/**
 * All that the file may say: what was answered is in it, and of the rest as many as were begun first, each in whole.
 * One that came later is never there without those before it.
 */
const possible = (model: Model, begun: readonly Begun[]): Model[] => {
  const models = [model]
  for (const { apply, answered } of begun) {
    const after = (models.at(-1) ?? model).copy()
    apply(after)
    if (answered) models.length = 0
    models.push(after)
  }
  return models
}

const factsOf = ({
  nonce,
  attempts,
  triedMs,
  attempting,
}: Pick<ModelEntry, 'nonce' | 'attempts' | 'triedMs' | 'attempting'>) =>
  `${nonce} ${attempts} ${triedMs} ${attempting}`

/** What is held, lane by lane in its order, with its attempts and marks: all is due, and is given back at once. */
const heldIn = async (outbox: LmdbOutbox): Promise<string[]> => {
  const held: string[] = []
  for (const lane of [...outbox.lanes()].sort()) {
    const leased = await outbox.lease(lane, MAX_BACKLOG)
    held.push(...leased.map(factsOf))
    outbox.release(leased.map(({ ref }) => ref))
  }
  return held
}
const heldOn = (model: Model, now: number): string[] =>
  model
    .lanes()
    .sort()
    .flatMap((lane) => model.due(lane, now).map(factsOf))

const isLike = (outbox: LmdbOutbox, held: string[], model: Model, now: number): Promise<boolean> =>
  compare({ outbox }, model).then(
    () => String(heldOn(model, now)) === String(held),
    () => false,
  )

test('whenever it dies, in the middle of what it is asked, an outbox is where its model may be, and goes on from there', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
      const clock = createTurnedClock()
      const options = { clock, maxBacklog: MAX_BACKLOG, ownerWaitMs: 0 }
      const folders = [await makeLmdbFolder()]
      let outbox = await folders[0]?.open(options)
      let model = createModel(MAX_BACKLOG)
      try {
        for (const { steps, crash } of lives) {
          if (!outbox) throw new Error('no outbox')
          const leased: Held[] = []
          const under = { outbox, restart: async () => undefined, dispose: async () => {} }
          for (const wish of steps) await take(under, model, leased, clock, wish)
          const begun = begin(outbox, leased, crash, clock.now())
          for (let left = crash.turns; left > 0; left -= 1) await turn()
          const [ended, grave] = [begun.map((one) => ({ ...one })), folders.at(-1)]
          const next = await makeLmdbFolder()
          folders.push(next)
          const dead = imageOf(join(grave?.dir ?? '', 'outbox.mdb'))
          writeFileSync(join(next.dir, 'outbox.mdb'), dead)
          outbox = await next.open(options)
          const models = possible(model, ended)
          // Repeats alone change nothing but their count, which is written down with what comes next.
          const { duplicates } = outbox.ledger()
          expect(duplicates).toBeLessThanOrEqual(models.at(-1)?.ledger().duplicates ?? 0)
          for (const one of models) one.restart(duplicates)
          const [held, now, image] = [await heldIn(outbox), clock.now(), outbox]
          const fits = await Promise.all(models.map((one) => isLike(image, held, one, now)))
          const found = models[fits.indexOf(true)]
          if (!found) await compare({ outbox }, models.at(-1) ?? model)
          expect(models.map((one) => heldOn(one, now))).toContainEqual(held)
          model = found ?? model
        }
      } finally {
        for (const folder of folders) await folder.dispose()
      }
    }),
    { numRuns: 40, endOnFailure: true },
  )
})
