import { expect, test } from 'vitest'
import { createReader } from '../../../packages/relay/src/forward/reader.ts'
import { LOOK_MS } from '../../../packages/relay/src/seal/key-ring.ts'
import { openSealing } from '../../../packages/relay/src/seal/open-sealing.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { createMemoryOutbox } from '../../support/memory-outbox.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { createTurnedClock } from '../../support/turned-clock.ts'
import { batchOf } from '../outbox/intakes.ts'
import { makeKeys } from './seal-ground.ts'

test('a record that is open is read on until its key is shredded', async () => {
  const keys = makeKeys()
  const clock = createTurnedClock()
  const dataDir = tempFolder('sealing')
  const place = { dataDir, outboxDir: dataDir, nats: undefined, keyFile: keys.path }
  const sealing = openSealing(place, { clock, log: silentLog })
  const outbox = sealing.around(createMemoryOutbox({ clock }))
  const intake = batchOf(['n1', 'n2'])
  await outbox.put(intake)
  const [first, second] = await outbox.lease(intake.entries[0]?.lane ?? '', 2)
  if (!first || !second) throw new Error('two were put')
  const { itemOf, plainOf } = createReader(sealing.open)
  expect(itemOf(first)).toMatchObject({ nonce: 'n1' })
  clock.turn(LOOK_MS)
  expect(itemOf(second)).toMatchObject({ nonce: 'n2' })
  const [id = ''] = keys.ids()
  keys.rotate()
  keys.shred(id)
  clock.turn(LOOK_MS)
  expect(itemOf(second)).toMatchObject({ code: 'KEY_MISSING' })
  expect(plainOf(first)).toBeUndefined()
})
