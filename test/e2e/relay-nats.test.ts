import { randomUUID } from 'node:crypto'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, onTestFinished, test } from 'vitest'
import { startBalancer } from '../support/balancer.ts'
import { layCable } from '../support/cable.ts'
import { type RelayChild, type SandboxChild, startRelayChild, startSandboxChild } from '../support/chain.ts'
import { eventually } from '../support/eventually.ts'
import { given } from '../support/given.ts'
import { pause, startLoad } from '../support/load.ts'
import { type NatsCluster, startNatsCluster } from '../support/nats-cluster.ts'
import { isSteady } from '../support/nats-programs.ts'
import type { NatsServer } from '../support/nats-server.ts'
import { drained, inTime, reckon, reckonItems } from '../support/reckoning.ts'
import { createSeeded, oneOf, wholeIn } from '../support/seeded.ts'
import { SOAK } from '../support/soak-scale.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { workQueueText } from '../support/work-queue.ts'

/** Relays that share one outbox on three servers, while relays and servers are killed under them. */
const nats = await given('nats')
let cluster: NatsCluster
let sandbox: SandboxChild
beforeAll(async () => {
  if ('missing' in nats) return
  const starting = startNatsCluster({ program: nats.path })
  ;[cluster, sandbox] = await Promise.all([starting, startSandboxChild()])
})
afterAll(async () => void (await Promise.all([cluster?.dispose(), sandbox?.child.end()])))
beforeEach(({ skip }) => {
  if ('missing' in nats) skip(nats.missing)
})

const startRelay = async (hosts = cluster.hosts): Promise<RelayChild> => {
  const env = {
    WMKT_OUTBOX_URL: `nats://${hosts}?lease=3`,
    WMKT_RATE_LIMIT: '0',
    WMKT_LOG_LEVEL: 'warn',
  }
  const relay = await startRelayChild(sandbox, tempFolder('relay'), env)
  onTestFinished(async () => void (await relay.end('SIGKILL')))
  return relay
}

/** The server that leads the work queue, as soon as there is one. */
const leader = async (): Promise<NatsServer> => {
  const nc = await connect({ servers: cluster.hosts.split(','), timeout: 5_000 })
  try {
    const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 1_000 })
    return await eventually(
      async () => {
        const { cluster: state } = await jsm.streams.info('wmkt_demo-shop_items')
        const server = cluster.servers.find(({ name }) => name === state?.leader)
        return server ?? fail()
      },
      { timeout: 40_000, interval: 250 },
    )
  } finally {
    await nc.close()
  }
}
/** What its queue forgot is found in three minutes. When it never is empty: what was left, and where. */
const drainedOrWhy = (relay: RelayChild): Promise<void> =>
  drained(relay, 240_000).catch(async (error) => {
    const { ledger, forward } = await relay.status()
    throw new Error(
      `${error}\n${JSON.stringify({ ledger, forward })}\n${await workQueueText(cluster.hosts)}\n${await cluster.state()}`,
    )
  })
const fail = (): never => {
  throw new Error('no server')
}
/** All that a test waits for, one after the other: it is the waiting that says what was waited for in vain. */
const ALL_MS = 400_000

test(`relays and the servers' leader killed with -9 under load: lost 0, doubled 0 (seed ${SOAK.seed})`, {
  timeout: ALL_MS + SOAK.leaderKills * (SOAK.leaderKillEveryMs + 120_000),
}, async () => {
  const random = createSeeded(SOAK.seed)
  const relays = [await startRelay(), await startRelay()]
  const balancer = await startBalancer(relays.map(({ url }) => url))
  onTestFinished(balancer.stop)
  const load = startLoad({ url: balancer.url, random, name: 'nats', interactions: 4 })
  let killed = 0
  for (let kill = 0; kill < SOAK.leaderKills; kill += 1) {
    await pause(SOAK.leaderKillEveryMs / 2)
    const server = await leader()
    await server.kill()
    const relay = oneOf(random, ...relays)
    await pause(wholeIn(random, 0, 1_000))
    await relay.end('SIGKILL')
    killed += 1
    await pause(SOAK.leaderKillEveryMs / 2)
    await server.start()
    await leader()
    await relay.restart().catch(async (error) => {
      throw new Error(`${error}\n${relay.output()}\n${await cluster.state()}`)
    })
  }
  await load.stop()
  for (const relay of relays) await drainedOrWhy(relay)
  const [one = fail()] = relays
  const { events, interactions, letters } = await inTime(() => reckon(load, 'nats', one, sandbox))
  const codes = [...new Set(letters.values())]
  expect(codes.filter((code) => code !== 'IN_DOUBT')).toEqual([])
  console.log(
    `${killed} leaders and ${killed} relays killed, ${events} events, ${interactions} interactions, ${letters.size} dead letters (${codes}), 0 lost, 0 doubled; counted ${JSON.stringify((await one.status()).ledger)}; refusals ${JSON.stringify([...load.refusals])}`,
  )
})

/** A relay with a network of its own between it and each server. */
const startCabled = async () => {
  const cables = await Promise.all(cluster.servers.map(({ port }) => layCable(port)))
  onTestFinished(async () => void (await Promise.all(cables.map((cable) => cable.stop()))))
  const relay = await startRelay(cables.map(({ port }) => `127.0.0.1:${port}`).join(','))
  /** The cable in use, and the server it leads to. */
  const inUse = () =>
    eventually(() => {
      const [at = -1, more] = cables.flatMap((cable, n) => (cable.connections() > 0 ? [n] : []))
      const [cable, server] = [cables[at], cluster.servers[at]]
      return cable && server && more === undefined ? { cable, server } : fail()
    })
  return { relay, inUse }
}

/** Resolves when a relay takes an event again. */
const takesWithin = (relay: RelayChild, timeout: number) => {
  const item = {
    kind: 'event',
    nonce: randomUUID(),
    eventType: 'page-view',
    occurredAt: Date.now(),
    data: {},
  }
  return eventually(() => relay.collect([item]), { timeout, interval: 100 })
}

/** What two relays, one of them with cables, hold and deliver while `trouble` goes on. */
const throughTrouble = async (name: string, trouble: (around: Trouble) => Promise<void>) => {
  const [{ relay: one, inUse }, other] = await Promise.all([startCabled(), startRelay()])
  const balancer = await startBalancer([one.url, other.url])
  onTestFinished(balancer.stop)
  const random = createSeeded(SOAK.seed)
  const load = startLoad({ url: balancer.url, random, name, interactions: 4, senders: 8 })
  const { event } = load.acknowledged
  /** How many were acknowledged by then: an item that is lost tells by its number when that was. */
  const phases: string[] = []
  const phase = (what: string) => void phases.push(`${what} at ${event.size}`)
  onTestFailed(() => console.log(phases.join(', ')))
  const goesOn = (from = event.size) =>
    eventually(() => expect(event.size).toBeGreaterThan(from + 200), { timeout: 30_000 })
  await goesOn()
  await trouble({ one, inUse, phase })
  await goesOn()
  await load.stop()
  phase('load stopped')
  for (const relay of [one, other]) await drainedOrWhy(relay)
  const { events, interactions, letters } = await inTime(() => reckonItems(load, name, other, sandbox))
  const codes = [...new Set(letters.values())]
  expect(codes.filter((code) => code !== 'IN_DOUBT')).toEqual([])
  console.log(
    `${events} events, ${interactions} interactions, ${letters.size} dead letters (${codes}), 0 lost, 0 doubled; refusals ${JSON.stringify([...load.refusals])}`,
  )
}
type Cabled = Awaited<ReturnType<typeof startCabled>>
type Trouble = { one: RelayChild; inUse: Cabled['inUse']; phase: (what: string) => void }

test(
  `a relay leaves a server that falls silent: lost 0, doubled 0 (seed ${SOAK.seed})`,
  { timeout: ALL_MS },
  () =>
    throughTrouble('silent', async ({ one, inUse, phase }) => {
      const { cable } = await inUse()
      cable.cut('pulled')
      phase('cable cut')
      await takesWithin(one, 15_000)
      cable.mend()
      phase('mended')
    }),
)

test(`a relay leaves a server that the others have lost: lost 0, doubled 0 (seed ${SOAK.seed})`, {
  timeout: ALL_MS,
}, async ({ skip }) => {
  if ('path' in nats && !isSteady(nats.version))
    skip(`copies at servers of ${nats.version} come to differ when their network is cut (docs/scale.md)`)
  await throughTrouble('cut', async ({ one, inUse, phase }) => {
    const { server } = await inUse()
    cluster.cutOff(server, 'pulled')
    phase('server cut off')
    // How long the other two take to elect leaders of all that it led is theirs.
    await cluster.ledWithout(server)
    phase('led by the others')
    await takesWithin(one, 40_000).catch(async (error) => {
      throw new Error(`${error}\n${await cluster.state()}\n${one.output()}`)
    })
    cluster.mend()
    phase('whole')
  })
})
