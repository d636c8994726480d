import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { namesOf } from '../../../../packages/relay/src/outbox/nats/names.ts'
import { UNSEEN_MS } from '../../../../packages/relay/src/outbox/nats/sight-warning.ts'
import type { Outbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { type Log, silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { eventually } from '../../../support/eventually.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { intakeOf, singleOf } from '../intakes.ts'
import { freshProject, openOn, useNatsServer } from './nats-ground.ts'

/** What a relay sees of what all of them did. */
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

const names = () => namesOf('wmkt', projectId)
const onServer = async (work: (jsm: JetStreamManager) => Promise<unknown>) => {
  const nc = await connect({ servers: server().host })
  await work(await jetstreamManager(nc))
  await nc.close()
}
const removeRepeats = () => onServer((jsm) => jsm.streams.delete(names().repeats))
/** One look after the other, each a second after the last. */
const looks = (done: () => void) =>
  eventually(
    () => {
      clock.turn(1_000)
      done()
    },
    { timeout: 20_000, interval: 20 },
  )

test('a stream that nobody answers for does not hide what the others count', async () => {
  await removeRepeats()
  await other.put(intakeOf(['a', 'b']))
  await looks(() => expect(one.ledger()).toMatchObject({ received: 2, held: 2 }))
  expect(one.oldestAt()).toBeDefined()
})

test('one that stays away for half a minute is named in the log, once', async () => {
  const since = clock.now()
  await removeRepeats()
  await looks(() => expect(warn).toHaveBeenCalled())
  expect(clock.now() - since).toBeGreaterThan(UNSEEN_MS)
  expect(warn.mock.calls).toEqual([
    [{ streams: [names().repeats] }, expect.stringContaining('no server answers')],
  ])
})

test('a number that a copy has skipped counts nothing', async () => {
  await other.put(intakeOf(['a', 'b', 'c']))
  await onServer(async (jsm) => {
    const js = jsm.jetstream()
    for (const seq of [7, 8, 9]) await js.publish(names().subject.requeuedAt(seq))
    await jsm.streams.deleteMessage(names().requeued, 2)
  })
  await looks(() => expect(one.ledger()).toMatchObject({ received: 1, held: 3 }))
})
