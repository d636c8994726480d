import { createMemoryOutbox } from '../../../packages/relay/src/outbox/memory.ts'
import { outboxCases } from './outbox-cases.ts'

outboxCases('memory', async (clock, maxBacklog) => {
  const outbox = createMemoryOutbox({ clock, ...(maxBacklog !== undefined && { maxBacklog }) })
  return { outbox, dispose: outbox.close }
})
