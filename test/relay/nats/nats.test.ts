import { expect, test } from 'vitest'
import { intakeOf, singleOf } from '../outbox/intakes.ts'
import { outboxCases } from '../outbox/outbox-cases.ts'
import { createTurnedClock } from '../outbox/turned-clock.ts'
import { openOn, useNatsServer } from './nats-ground.ts'

const server = useNatsServer()

outboxCases('nats', async (clock, maxBacklog) => {
  const limit = maxBacklog !== undefined && { maxBacklog }
  const outbox = await openOn(server(), { clock, single: singleOf, ...limit })
  return { outbox, dispose: outbox.close }
})

test('what is removed is handed out no more: of more items than may be so at a time all are taken', async () => {
  const outbox = await openOn(server(), { clock: createTurnedClock(), single: singleOf })
  const count = 4_300
  for (let n = 0; n < count; n += 100)
    await outbox.put(intakeOf(Array.from({ length: 100 }, (_, k) => `n${n + k}`)))
  let taken = 0
  for (let entries = await outbox.lease('event:purchase', 256); entries.length > 0; ) {
    await Promise.all(entries.map(({ ref }) => outbox.settle(ref, { type: 'ack' })))
    taken += entries.length
    entries = await outbox.lease('event:purchase', 256)
  }
  await outbox.close()
  expect(taken).toBe(count)
})
