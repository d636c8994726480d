import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../../../packages/relay/src/outbox/lmdb/store.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { intakeOf } from '../intakes.ts'
import { makeLmdbFolder } from './lmdb-folder.ts'

const [LANE, OTHER] = ['event:purchase', 'event:lead']

/** An outbox that holds one batch with two entries in a lane and one in another, and how often that was read. */
const make = async () => {
  const folder = await makeLmdbFolder()
  onTestFinished(() => folder.dispose())
  let reads = 0
  const countReads = (dir: string) => {
    const store = openStore(dir)
    const { batches } = store.tables
    const { getBinary } = batches
    batches.getBinary = (...asked) => {
      reads += 1
      return getBinary.apply(batches, asked)
    }
    return store
  }
  const clock = createTurnedClock()
  const outbox = await folder.open({ clock, openStore: countReads })
  await outbox.put(intakeOf(['a', 'b', { nonce: 'c', eventType: 'lead' }]))
  const lease = async (lane: string) => (await outbox.lease(lane, 10)).map(({ ref }) => ref)
  return { outbox, clock, lease, reads: () => reads }
}

test('a record is read once for all lanes, and again only when nobody was left to read it', async () => {
  const { outbox, clock, lease, reads } = await make()
  const [[a, b], [c]] = [await lease(LANE), await lease(OTHER)]
  if (!a || !b || !c) throw new Error('three were put')
  expect(reads()).toBe(1)
  await settled(outbox, a, { type: 'mark' })
  await settled(outbox, b, { type: 'ack' })
  outbox.release([c])
  await lease(OTHER)
  expect(reads()).toBe(1)
  await settled(outbox, a, { type: 'ack' })
  await settled(outbox, c, { type: 'retry', dueAt: clock.now() + 1_000, triedMs: 0, counted: true })
  clock.turn(1_000)
  expect(await lease(OTHER)).toEqual([c])
  expect(reads()).toBe(2)
})
