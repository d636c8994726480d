import { test } from 'vitest'
import { behavesLikeModel, MAX_BACKLOG } from '../outbox/against-model.ts'
import { openOn, useNatsServer } from './nats-ground.ts'

const server = useNatsServer()

test('whatever is done to it, the outbox on NATS is where its model is', { timeout: 60_000 }, async () => {
  await behavesLikeModel(async (clock) => {
    const outbox = await openOn(server(), { clock, maxBacklog: MAX_BACKLOG })
    // A restart is none of the model's here: what must wait waits all the same.
    return { outbox, restart: async () => undefined, dispose: outbox.close }
  }, 6)
})
