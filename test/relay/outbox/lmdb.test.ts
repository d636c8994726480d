import { expect, onTestFinished, test } from 'vitest'
import { intakeOf, singleOf } from './intakes.ts'
import { makeLmdbFolder } from './lmdb-folder.ts'
import { outboxCases } from './outbox-cases.ts'

outboxCases('lmdb', async (clock, maxBacklog) => {
  const folder = await makeLmdbFolder()
  const outbox = await folder.open({
    clock,
    single: singleOf,
    ...(maxBacklog !== undefined && { maxBacklog }),
  })
  return { outbox, dispose: folder.dispose }
})

test('the entries of a batch share its record, each at its place', async () => {
  const folder = await makeLmdbFolder()
  onTestFinished(folder.dispose)
  const outbox = await folder.open()
  const intake = intakeOf(['a', 'b'])
  await outbox.put(intake)
  const entries = await outbox.lease('event:purchase', 2)
  expect(entries.map(({ record, index }) => [Buffer.from(record), index])).toEqual([
    [intake.record, 0],
    [intake.record, 1],
  ])
})
