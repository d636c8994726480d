import { expect, onTestFinished, test } from 'vitest'
import { makeLmdbFolder } from '../outbox/lmdb/lmdb-folder.ts'
import { createRig, event } from './rig.ts'

const TYPES = 30
const BATCHES = 40

test('of a backlog of many event types each batch is opened for all of them, not for each', async () => {
  const folder = await makeLmdbFolder()
  let opened = 0
  const rig = await createRig({
    outbox: await folder.open(),
    open(record) {
      opened += 1
      const items = JSON.parse(new TextDecoder().decode(record))
      return { itemAt: (place) => items[place], plainAt: () => undefined, isReadable: () => true }
    },
  })
  onTestFinished(() => folder.dispose())
  for (let batch = 0; batch < BATCHES; batch += 1)
    await rig.put(...Array.from({ length: TYPES }, (_, type) => event(`n${batch}-${type}`, `type-${type}`)))
  rig.forwarder.start()
  await rig.run(60_000)
  expect(rig.upstream.stored.size).toBe(TYPES * BATCHES)
  // Lanes are never far from each other, though not in step.
  expect(opened).toBeLessThanOrEqual(3 * BATCHES)
})
