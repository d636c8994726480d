import { expect, onTestFinished, test } from 'vitest'
import { eraseAll, intakeOf, pickerOf, singleOf } from '../intakes.ts'
import { outboxCases } from '../outbox-cases.ts'
import { makeLmdbFolder } from './lmdb-folder.ts'

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

test('as many entries come in at once as there may be lanes of one batch, and no more', async () => {
  const folder = await makeLmdbFolder()
  onTestFinished(folder.dispose)
  const outbox = await folder.open()
  const batchOf = (entries: number, name: string) =>
    intakeOf(
      Array.from({ length: entries }, (_, n) => ({ nonce: `${name}-${n}`, eventType: `${name}-${n}` })),
    )
  await expect(outbox.put(batchOf(257, 'more'))).rejects.toThrow('put: more than 256 entries')
  await outbox.put(batchOf(256, 'most'))
  await outbox.close()
  const again = await folder.open()
  const first = await Promise.all(again.lanes().map(async (lane) => (await again.lease(lane, 9)).length))
  expect(first).toEqual(Array(256).fill(1))
})

test('an erasure that fails leaves everything to be leased', async () => {
  const folder = await makeLmdbFolder()
  onTestFinished(folder.dispose)
  const outbox = await folder.open({ single: singleOf })
  await outbox.put(intakeOf(['mona', 'other']))
  const lane = 'event:purchase'
  const told: string[] = []
  outbox.onWork((lane) => told.push(lane))
  let given: string[] = []
  // Its transaction is put together by then, and not yet on disk.
  const leaseMeanwhile = () =>
    queueMicrotask(async () => {
      given = (await outbox.lease(lane, 9)).map(({ nonce }) => nonce)
    })
  const broken = { ...pickerOf('mona'), without: () => Buffer.from(JSON.stringify(['mona'].map(oops))) }
  await expect(eraseAll(outbox, broken, { makeWay: leaseMeanwhile })).rejects.toThrow('oops')
  expect(given).toEqual(['other'])
  expect((await outbox.lease(lane, 9)).map(({ nonce }) => nonce)).toEqual(['mona'])
  expect(told).toContain(lane)
})

const oops = (): never => {
  throw new Error('oops')
}

test('a lease in the midst of an erasure passes over what goes', async () => {
  const folder = await makeLmdbFolder()
  onTestFinished(folder.dispose)
  const outbox = await folder.open({ single: singleOf })
  await outbox.put(intakeOf(['first', 'mona', 'other']))
  let given: string[] = []
  const makeWay = () =>
    queueMicrotask(async () => {
      given = (await outbox.lease('event:purchase', 9)).map(({ nonce }) => nonce)
    })
  expect(await eraseAll(outbox, pickerOf('mona'), { makeWay })).toMatchObject({ held: 1, underWay: 0 })
  expect(given).toEqual(['first', 'other'])
  expect(outbox.ledger()).toMatchObject({ received: 3, held: 2, dropped: 1 })
})
