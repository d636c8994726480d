import { singleOf } from '../intakes.ts'
import { outboxCases } from '../outbox-cases.ts'
import { openOn, useNatsServer } from './nats-ground.ts'

const server = useNatsServer()

outboxCases('nats', async (clock, maxBacklog) => {
  const limit = maxBacklog !== undefined && { maxBacklog }
  const outbox = await openOn(server(), { clock, single: singleOf, ...limit })
  return { outbox, dispose: outbox.close }
})
