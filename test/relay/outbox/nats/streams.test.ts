import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { namesOf } from '../../../../packages/relay/src/outbox/nats/names.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { freshProject, openOn, useNatsServer } from './nats-ground.ts'

const server = useNatsServer()
const clock = createTurnedClock()

const itemsConfig = async (projectId: string) => {
  const nc = await connect({ servers: server().host })
  const jsm = await jetstreamManager(nc)
  const { config } = await jsm.streams.info(namesOf('wmkt', projectId).items)
  await nc.close()
  return config
}

test('what is missing is made: a stream on disk that keeps what is not removed, and refuses what is too much', async () => {
  const projectId = freshProject()
  await (await openOn(server(), { clock, projectId, query: 'max_bytes=5000000' })).close()
  expect(await itemsConfig(projectId)).toMatchObject({
    subjects: [`wmkt.${projectId}.items.>`],
    retention: 'limits',
    storage: 'file',
    discard: 'new',
    num_replicas: 1,
    max_bytes: 5_000_000,
    duplicate_window: 600e9,
  })
})

test('a second opening finds everything as it must be', async () => {
  const projectId = freshProject()
  for (let time = 0; time < 2; time += 1) await (await openOn(server(), { clock, projectId })).close()
})

test('more copies than there are servers are refused at once, by the server’s own words', async () => {
  await expect(openOn(server(), { clock, query: 'replicas=3' })).rejects.toThrow('replicas > 1 not supported')
})

test('settings that differ are named, all of them, and nothing is changed', async () => {
  const projectId = freshProject()
  await (await openOn(server(), { clock, projectId })).close()
  const before = await itemsConfig(projectId)
  const other = { clock, projectId, keepDeadLettersMs: 3_600_000, query: 'max_bytes=5000000' }
  await expect(openOn(server(), other)).rejects.toThrow(
    /^stream wmkt_test-\d+_items: max_bytes is -1, not 5000000; stream wmkt_test-\d+_letters: max_age is 7776000000000000, not 3600000000000/,
  )
  expect(await itemsConfig(projectId)).toEqual(before)
})

test('relays that disagree on the lease are told so: one of them would hand out what the other holds', async () => {
  const projectId = freshProject()
  const first = await openOn(server(), { clock, projectId, query: 'lease=5' })
  const fingerprint = 0
  const entry = { index: 0, kind: 'event', nonce: 'a', lane: 'event:a', fingerprint } as const
  await first.put({ record: new Uint8Array(1), entries: [entry], receivedAt: clock.now() })
  await first.close()
  await expect(openOn(server(), { clock, projectId, query: 'lease=6' })).rejects.toThrow(
    /^consumer event-a: ack_wait is 5000000000, not 6000000000/,
  )
})
