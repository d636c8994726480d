import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type DurabilityFacts,
  refusalOfClaim,
  warningOf,
} from '../../../../packages/relay/src/outbox/nats/durability.ts'
import { readMonitor } from '../../../../packages/relay/src/outbox/nats/monitor.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { openOn, useNatsServer } from './nats-ground.ts'

const synced = (name: string) => ({ name, version: '2.10.27', syncAlways: true })
const facts = (more: Partial<DurabilityFacts> = {}): DurabilityFacts => ({
  version: '2.10.27',
  replicas: 3,
  servers: ['n1', 'n2', 'n3'],
  monitored: [synced('n1'), synced('n2'), synced('n3')],
  ...more,
})

test('copies that may come to differ are warned of: those of old servers, when there is more than one', () => {
  const warning = (more: Partial<DurabilityFacts>) => warningOf(facts({ monitored: [], ...more }))
  expect(warning({ version: '2.9.10' })).toMatch(/of 2\.9\.10 .* may come to differ/)
  expect(warning({ version: '2.10.26' })).toBeDefined()
  expect(warning({ monitored: [{ ...synced('n2'), version: '2.10.9' }] })).toMatch(/of 2\.10\.9 /)
  expect(warning({ monitored: [synced('n2')] })).toBeUndefined()
  expect(warning({ version: '2.9.10', replicas: 1 })).toBeUndefined()
})

describe('a claim of durability', () => {
  test('is granted where it is verified', () => {
    expect(refusalOfClaim('fsync', facts())).toBeUndefined()
    const alone = { ...synced('alone'), version: '2.10.0' }
    expect(
      refusalOfClaim('fsync', facts({ servers: ['alone'], monitored: [alone], replicas: 1 })),
    ).toBeUndefined()
    const next = ['n1', 'n2', 'n3'].map((name) => ({ ...synced(name), version: '2.11.0-RC.1' }))
    expect(refusalOfClaim('fsync', facts({ monitored: next }))).toBeUndefined()
    expect(refusalOfClaim('replicated', facts({ monitored: [] }))).toBeUndefined()
    expect(
      refusalOfClaim('process-crash', facts({ version: '2.9.10', replicas: 1, monitored: [] })),
    ).toBeUndefined()
  })

  test.each<[string, 'fsync' | 'replicated', Partial<DurabilityFacts>, RegExp]>([
    ['of a server before 2.10', 'fsync', { version: '2.9.10' }, /server 2\.9\.10 is older than 2\.10/],
    ['of such a server, though it has three copies', 'replicated', { version: '2.9.10' }, /older than 2\.10/],
    ['with one copy', 'replicated', { replicas: 1 }, /needs 3 copies of every stream, and there is 1/],
    ['that no monitor proves', 'fsync', { monitored: [] }, /without \?monitor=/],
    [
      'that one server of three does not prove',
      'fsync',
      { monitored: [synced('n1'), synced('n3')] },
      /server n2/,
    ],
    [
      'that a server denies',
      'fsync',
      { monitored: [synced('n1'), synced('n2'), { ...synced('n3'), syncAlways: false }] },
      /server n3 \(2\.10\.27\) does not run with sync_interval: always/,
    ],
    [
      'that another server proves',
      'fsync',
      { servers: ['alone'], monitored: [synced('other')] },
      /no \?monitor= leads to server alone/,
    ],
    [
      'of a cluster with a server that may sync its streams alone',
      'fsync',
      { monitored: [synced('n1'), synced('n2'), { ...synced('n3'), version: '2.10.26' }] },
      /server n3 \(2\.10\.26\) may not sync the log/,
    ],
  ])('is refused %s', (_, claim, more, why) => {
    expect(refusalOfClaim(claim, facts(more))).toMatch(why)
  })
})

/** A monitoring endpoint as newer servers have it. */
const monitorSaying = async (body: unknown): Promise<string> => {
  const server = createServer((_, res) => res.end(JSON.stringify(body))).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

describe('the monitoring endpoint', () => {
  test('is read as newer servers write it', async () => {
    const config = { store_dir: '/x', sync_interval: 120_000_000_000, sync_always: true }
    const url = await monitorSaying({ server_name: 'n1', version: '2.10.5', jetstream: { config } })
    expect(await readMonitor(url)).toEqual({ name: 'n1', version: '2.10.5', syncAlways: true })
  })

  test('that is none is said to be none', async () => {
    await expect(readMonitor(await monitorSaying({ hello: 1 }))).rejects.toThrow(
      'does not answer as a NATS server',
    )
  })
})

describe('on Debian’s server', () => {
  const server = useNatsServer()
  const open = (query: string) => openOn(server(), { clock: createTurnedClock(), query })

  test('the monitoring endpoint tells name and version, and that nothing is synced always', async () => {
    expect(await readMonitor(server().monitor)).toEqual({
      name: 'alone',
      version: expect.stringMatching(/^2\./),
      syncAlways: false,
    })
  })

  test('process-crash is what it says of itself', async () => {
    const outbox = await open('')
    expect(outbox.durability).toBe('process-crash')
    await outbox.close()
  })

  test.each(['fsync', 'replicated'])(
    '%s is refused, by the version or by what is not there',
    async (claim) => {
      await expect(open(`durability=${claim}&monitor=${server().monitor}`)).rejects.toThrow(
        new RegExp(`^durability=${claim}: `),
      )
    },
  )
})
