/**
 * `node bench/nats/copies.mjs [rounds]`: do the copies of a stream stay the same when the network between three servers is
 * cut, one is frozen, or one is stopped? Four publishers try each message, under a new subject each time, until it is
 * acknowledged. In the end each server leads once, and what it has is held against every acknowledgement.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { ensureNats, ensureNewerNats, startNatsCluster } from '../relays/typescript.mjs'

const PUBLISHERS = 4
const AGAIN_MS = 300
const STREAM = 'copies'

const again = async (work) => {
  for (let tries = 0; ; tries += 1)
    try {
      return await work()
    } catch (error) {
      if (tries === 200) throw error
      await pause(AGAIN_MS)
    }
}

const connectTo = async ({ hosts }) => {
  const servers = hosts.split(',')
  const nc = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 250, pingInterval: 1_000 })
  const options = { checkAPI: false, timeout: 2_000 }
  return { nc, js: jetstream(nc, options), jsm: await jetstreamManager(nc, options) }
}

/** `stop` resolves to what was acknowledged: subject by sequence number. */
const startPublishing = ({ js }) => {
  const acknowledged = []
  let stopped = false
  const publish = async (_, publisher) => {
    for (let n = 0; !stopped; n += 1) {
      let tries = 0
      await again(async () => {
        const subject = `${STREAM}.${publisher}.${n}.${tries++}`
        acknowledged.push([(await js.publish(subject)).seq, subject])
      })
      await pause(2)
    }
  }
  const publishing = Array.from({ length: PUBLISHERS }, publish)
  return async () => {
    stopped = true
    await Promise.all(publishing)
    return acknowledged
  }
}

const leaderOf = ({ jsm }) =>
  again(async () => {
    const { leader } = (await jsm.streams.info(STREAM)).cluster
    if (!leader) throw new Error('no leader')
    return leader
  })

const TROUBLES = [
  async (cluster, server) => {
    cluster.cutOff(server, 'pulled')
    await pause(8_000)
    cluster.mend()
  },
  async (_, server) => {
    server.signal('SIGSTOP')
    await pause(7_000)
    server.signal('SIGCONT')
  },
  async (_, server) => {
    await server.kill('SIGTERM')
    await pause(2_000)
    await server.start()
  },
]

/** Subject by sequence number, as the server has them that leads now. */
const copyOf = async ({ jsm }) => {
  const { first_seq, last_seq } = (await again(() => jsm.streams.info(STREAM))).state
  const copy = new Map()
  for (let seq = first_seq; seq <= last_seq; seq += 1)
    copy.set(seq, (await again(() => jsm.streams.getMessage(STREAM, { seq })))?.subject)
  return copy
}

/** What each server lacks of what was acknowledged, by its name. */
const lackedBy = async (client, cluster, acknowledged) => {
  const lacked = new Map()
  for (let tries = 0; lacked.size < cluster.servers.length && tries < 20; tries += 1) {
    const leader = await leaderOf(client)
    if (!lacked.has(leader)) {
      const subjects = new Set((await copyOf(client)).values())
      lacked.set(leader, acknowledged.filter(([, subject]) => !subjects.has(subject)).length)
    }
    await client.nc.request(`$JS.API.STREAM.LEADER.STEPDOWN.${STREAM}`).catch(() => {})
    await pause(3_000)
  }
  return lacked
}

const trial = async ({ path, version }, rounds) => {
  const cluster = await startNatsCluster({ program: path })
  const client = await connectTo(cluster)
  await again(() => client.jsm.streams.add({ name: STREAM, subjects: [`${STREAM}.>`], num_replicas: 3 }))
  const stop = startPublishing(client)
  for (let round = 0; round < rounds; round += 1) {
    await pause(3_000)
    const leader = await leaderOf(client)
    const server = cluster.servers.find(({ name }) => name === leader)
    await TROUBLES[round % TROUBLES.length](cluster, server)
    console.error(`nats-server ${version}: ${round + 1} of ${rounds} rounds`)
  }
  const acknowledged = await stop()
  await cluster.whole()
  const lacked = await lackedBy(client, cluster, acknowledged)
  await client.nc.close()
  await cluster.dispose()
  const lines = [...lacked].map(([name, count]) => `${name} lacks ${count}`)
  console.log(`nats-server ${version}: ${acknowledged.length} acknowledged; ${lines.sort().join(', ')}`)
}

const rounds = Number(process.argv[2] ?? 12)
for (const found of [await ensureNats(), await ensureNewerNats()])
  if ('missing' in found) console.log(found.missing)
  else await trial(found, rounds)
process.exit(0)
