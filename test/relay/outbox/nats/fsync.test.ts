import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../../packages/relay/src/clock.ts'
import { nonceKeyOf } from '../../../../packages/relay/src/outbox/nats/names.ts'
import { eventually } from '../../../support/eventually.ts'
import { given } from '../../../support/given.ts'
import { startNatsCluster } from '../../../support/nats-cluster.ts'
import { type NatsServer, type NatsSetup, startNatsServer, TRACE } from '../../../support/nats-server.ts'
import { startRelay } from '../../../support/relay.ts'
import { parseTrace, type SystemCall } from '../../../support/system-calls.ts'
import { intakeOf, singleOf } from '../intakes.ts'
import { openOn } from './nats-ground.ts'

/** Servers that may be told to sync always: what is claimed of them is verified, and what they do is watched. */
const [nats, strace] = await Promise.all([given('nats'), given('strace')])
const missing = [nats, strace].flatMap((one) => ('missing' in one ? [one.missing] : []))
const NONCES = ['one', 'two', 'three', 'four', 'five']

const setupOf = (syncAlways: boolean): NatsSetup => ({
  program: 'path' in nats ? nats.path : '',
  syncAlways,
  watch: {
    strace: 'path' in strace ? strace.path : '',
    calls: 'pwrite64,fsync,fdatasync,write,writev',
  },
})

const startOne = async (syncAlways: boolean): Promise<NatsServer> => {
  const server = await startNatsServer(setupOf(syncAlways))
  onTestFinished(server.dispose)
  return server
}

type Write = { text: string; path: string; syncedAt: number }

/** Where each text was written to, and where in the trace a sync of that file had returned. */
const writesOf = (calls: readonly SystemCall[], texts: readonly string[]): Write[] =>
  texts.flatMap((text) =>
    calls
      .filter(({ name, args }) => name === 'pwrite64' && args.includes(text))
      .map(({ args, returned }) => {
        const [, path = ''] = /^\d+<([^>]*)>/.exec(args) ?? []
        const sync = calls.find(
          (call) => /^f(data)?sync$/.test(call.name) && call.began > returned && call.args.includes(path),
        )
        return { text, path, syncedAt: sync?.ok ? sync.returned : Number.POSITIVE_INFINITY }
      }),
  )

/** Where in the trace the server acknowledged a message; of its words, newer ones leave out a blank. */
const ackOf = (calls: readonly SystemCall[], stream: string, seq: number): number | undefined => {
  const ack = new RegExp(`\\{"stream":"${stream}", ?"seq":${seq}[,}]`)
  return calls.find(({ name, args }) => name.startsWith('write') && ack.test(args.replaceAll('\\', '')))
    ?.began
}

/** What was acknowledged before it was synced everywhere this server had written it to. */
const unsynced = (calls: readonly SystemCall[], stream: string, texts: readonly string[]): string[] =>
  texts.filter((text, n) => {
    const ack = ackOf(calls, stream, n + 1) ?? Number.NEGATIVE_INFINITY
    const writes = writesOf(calls, [text])
    return writes.length === 0 || writes.some(({ syncedAt }) => syncedAt > ack)
  })

const callsOf = ({ folder }: NatsServer): SystemCall[] =>
  parseTrace(readFileSync(join(folder, TRACE), 'utf8'))

/** Puts some items, one after the other; what each stream is given of them, in order. */
const putAll = async (hosts: { host: string }, query: string) => {
  const outbox = await openOn(hosts, { clock: systemClock, single: singleOf, query, projectId: 'shop' })
  for (const nonce of NONCES) expect(await outbox.put(intakeOf([nonce]))).toEqual(['accepted'])
  const { durability } = outbox
  await outbox.close()
  const keys = NONCES.map((nonce) => nonceKeyOf({ kind: 'event', nonce }))
  const texts = {
    wmkt_shop_items: NONCES.map((nonce) => `.items.event.purchase.${nonce}`),
    KV_wmkt_shop_nonces: keys.map((key) => `_nonces.${key}`),
  }
  return { durability, texts: Object.entries(texts) }
}

/** The server that acknowledges what a stream is given. */
const leaderOf = async (servers: readonly NatsServer[], stream: string): Promise<NatsServer> => {
  const nc = await connect({ servers: servers.map(({ host }) => host) })
  onTestFinished(() => nc.close())
  const { cluster } = await (await jetstreamManager(nc)).streams.info(stream)
  return servers.find(({ name }) => name === cluster?.leader) ?? expect.fail(`nobody leads ${stream}`)
}

/** Its system calls, once it has acknowledged all of a stream's. */
const traceOf = async (servers: readonly NatsServer[], stream: string): Promise<SystemCall[]> => {
  const leader = await leaderOf(servers, stream)
  return eventually(() => {
    const calls = callsOf(leader)
    expect(ackOf(calls, stream, NONCES.length)).toBeDefined()
    return calls
  })
}

describe('on servers of 2.10 or later', () => {
  beforeEach(({ skip }) => {
    if (missing.length > 0) skip(missing.join(', '))
  })

  test('that sync always, fsync is granted, and no item or nonce is acknowledged before it is synced', async () => {
    const server = await startOne(true)
    const { durability, texts } = await putAll(server, `durability=fsync&monitor=${server.monitor}`)
    expect(durability).toBe('fsync')
    for (const [stream, its] of texts)
      expect(unsynced(await traceOf([server], stream), stream, its)).toEqual([])
  })

  test('a relay on them says fsync in its answers', async () => {
    const server = await startOne(true)
    const query = `durability=fsync&monitor=${server.monitor}`
    const { url } = await startRelay({
      seams: { openOutbox: () => openOn(server, { clock: systemClock, query }) },
    })
    const items = [{ kind: 'event', nonce: 'a', eventType: 'page-view', occurredAt: Date.now() }]
    const answer = await fetch(`${url}/collect`, { method: 'POST', body: JSON.stringify({ v: 1, items }) })
    expect([answer.status, answer.headers.get('wmkt-durability')]).toEqual([202, 'fsync'])
  })

  test('that do not, fsync is refused, and rightly so', async () => {
    const server = await startOne(false)
    await expect(putAll(server, `durability=fsync&monitor=${server.monitor}`)).rejects.toThrow(
      /server alone \(2\.\d+\.\d+\) does not run with sync_interval: always/,
    )
    const { texts } = await putAll(server, '')
    for (const [stream, its] of texts)
      expect(unsynced(await traceOf([server], stream), stream, its)).toEqual(its)
  })

  test('in a cluster, what each wrote into its stream and into its log is synced; one that no monitor shows is named', async () => {
    const cluster = await startNatsCluster(setupOf(true))
    onTestFinished(cluster.dispose)
    const monitors = cluster.servers.map(({ monitor }) => monitor)
    const claim = (some: string[]) => `durability=fsync&monitor=${some.join(',')}`
    const at = { host: cluster.hosts }
    await expect(putAll(at, claim(monitors.slice(0, 2)))).rejects.toThrow('no ?monitor= leads to server n3')
    const { durability, texts } = await putAll(at, claim(monitors))
    expect(durability).toBe('fsync')
    for (const [stream, its] of texts) {
      const leader = await traceOf(cluster.servers, stream)
      expect(unsynced(leader, stream, its)).toEqual([])
      const paths = writesOf(leader, its).map(({ path }) => (/\/_js_\//.test(path) ? 'log' : 'stream'))
      expect([paths.length, new Set(paths)]).toEqual([2 * its.length, new Set(['log', 'stream'])])
    }
  })
})
