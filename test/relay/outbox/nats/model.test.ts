import { test } from 'vitest'
import { type Clock, systemClock } from '../../../../packages/relay/src/clock.ts'
import { behavesLikeModel, MAX_BACKLOG } from '../against-model.ts'
import { openOn, useNatsServer } from './nats-ground.ts'

const server = useNatsServer()

/** Whose waits end by themselves too: who waits for a server that is slow to answer would wait for the hand in vain. */
const alsoByItself = (clock: Clock): Clock => ({
  ...clock,
  after(ms, callback) {
    const callOffAll = () => {
      for (const callOff of ends) callOff()
    }
    const end = () => {
      callOffAll()
      callback()
    }
    const ends = [clock, systemClock].map(({ after }) => after(ms, end))
    return callOffAll
  },
})

test('whatever is done to it, the outbox on NATS is where its model is', { timeout: 60_000 }, async () => {
  await behavesLikeModel(async (clock) => {
    const outbox = await openOn(server(), { clock: alsoByItself(clock), maxBacklog: MAX_BACKLOG })
    // A restart is none of the model's here: what must wait waits all the same.
    return { outbox, restart: async () => undefined, dispose: outbox.close }
  }, 6)
})
