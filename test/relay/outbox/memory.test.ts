import { createMemoryOutbox } from '../../../packages/relay/src/outbox/memory.ts'
import { singleOf } from './intakes.ts'
import { outboxCases } from './outbox-cases.ts'

outboxCases('memory', async (clock, maxBacklog) => {
  const outbox = createMemoryOutbox({
    clock,
    single: singleOf,
    ...(maxBacklog !== undefined && { maxBacklog }),
  })
  return { outbox, dispose: outbox.close }
})
