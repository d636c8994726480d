import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { namesOf } from '../../../packages/relay/src/outbox/nats/names.ts'
import { UNSEEN_MS } from '../../../packages/relay/src/outbox/nats/sight-warning.ts'
import type { Outbox } from '../../../packages/relay/src/outbox/outbox.ts'
import { type Log, silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { intakeOf, singleOf } from '../outbox/intakes.ts'
import { createTurnedClock } from '../outbox/turned-clock.ts'
import { freshProject, openOn, useNatsServer } from './nats-ground.ts'

/** A stream that nobody answers for, as one of a cluster that has no leader for it. */
const server = useNatsServer()
const clock = createTurnedClock()
const warn = vi.fn<Log['warn']>()
let projectId: string
let one: Outbox
let other: Outbox

beforeEach(async ({ skip }) => {
  if (!server()) return skip()
  projectId = freshProject()
  const log = { ...silentLog, warn }
  one = await openOn(server(), { clock, projectId, single: singleOf, log })
  other = await openOn(server(), { clock: createTurnedClock(), projectId, single: singleOf })
})
afterEach(async () => void (await Promise.all([one?.close(), other?.close()])))

const removeRepeats = async () => {
  const nc = await connect({ servers: server().host })
  await (await jetstreamManager(nc)).streams.delete(namesOf('wmkt', projectId).repeats)
  await nc.close()
}
/** One look after the other, each a second after the last. */
const looks = (done: () => void) =>
  vi.waitFor(
    () => {
      clock.turn(1_000)
      done()
    },
    { timeout: 20_000, interval: 20 },
  )

test('what other relays did is seen all the same, in the streams that answer', async () => {
  await removeRepeats()
  await other.put(intakeOf(['a', 'b']))
  await looks(() => expect(one.ledger()).toMatchObject({ received: 2, held: 2 }))
  expect(one.oldestAt()).toBeDefined()
})

test('is named once in the log when it stays away for half a minute', async () => {
  const since = clock.now()
  await removeRepeats()
  await looks(() => expect(warn).toHaveBeenCalled())
  expect(clock.now() - since).toBeGreaterThan(UNSEEN_MS)
  expect(warn.mock.calls).toEqual([
    [{ streams: [namesOf('wmkt', projectId).repeats] }, expect.stringContaining('no server answers')],
  ])
})
