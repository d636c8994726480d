import { expect, test } from 'vitest'
import { createMemoryOutbox } from '../../support/memory-outbox.ts'
import { createTurnedClock } from '../../support/turned-clock.ts'
import { intakeOf, singleOf } from './intakes.ts'
import { outboxCases } from './outbox-cases.ts'

outboxCases('memory', async (clock, maxBacklog) => {
  const outbox = createMemoryOutbox({
    clock,
    single: singleOf,
    ...(maxBacklog !== undefined && { maxBacklog }),
  })
  return { outbox, dispose: outbox.close }
})

test('the entries of a batch share its record, each at its place', async () => {
  const outbox = createMemoryOutbox({ clock: createTurnedClock() })
  const intake = intakeOf(['a', 'b'])
  await outbox.put(intake)
  const entries = await outbox.lease('event:purchase', 2)
  expect(entries.map(({ record, index }) => [Buffer.from(record), index])).toEqual([
    [intake.record, 0],
    [intake.record, 1],
  ])
})
