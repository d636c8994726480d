import { cpuUsOf, startChild } from '../child.mjs'
import { median } from '../median.mjs'
import { ensureNats, startNatsCluster, startNatsServer } from '../relays/typescript.mjs'

const RELAYS = [1, 2, 3]

const startOne = async (setup) => {
  const server = await startNatsServer(setup)
  return { hosts: server.host, servers: [server], dispose: server.dispose }
}
/** Events in flight at a time, of each relay. */
const MANY = 320
const FEW = 64
const GROUNDS = [
  { name: 'one server', size: 'one', start: startOne, inFlight: MANY },
  { name: 'three servers', size: 'three', start: startNatsCluster, inFlight: MANY },
  { name: 'three servers, few in flight', size: 'few', start: startNatsCluster, inFlight: FEW },
]

/** What up to three relays on one outbox put a second, and take and acknowledge; and what an event costs them and the servers. */
export const benchNats = async (sizes) => {
  const nats = await ensureNats()
  if ('missing' in nats) throw new Error(nats.missing)
  const rows = []
  for (const { name, size, start, inFlight } of GROUNDS)
    rows.push(...(await benchOn(name, await start({ program: nats.path }), { ...sizes[size], inFlight })))
  return rows
}

const benchOn = async (name, ground, { events, rounds, inFlight }) => {
  const relays = []
  for (const _ of RELAYS)
    relays.push(await startChild('./nats/relay.mjs', [`nats://${ground.hosts}`, 'demo-shop']))
  const seen = { put: RELAYS.map(() => []), take: RELAYS.map(() => []) }
  for (let round = 0; round <= rounds; round += 1)
    // Forth and back: whoever comes first in a round is not always the same.
    for (const many of round % 2 === 0 ? RELAYS : RELAYS.toReversed())
      for (const what of ['put', 'take']) {
        const step = await measure(ground.servers, relays.slice(0, many), { what, events, inFlight })
        if (round > 0) seen[what][many - 1].push(step)
      }
  for (const relay of relays) await relay.end()
  await ground.dispose()
  return ['put', 'take'].flatMap((what) => rowsOf(`${what}, ${name}`, seen[what]))
}

/** Each relay does its part of so many events; which one is quicker does not matter. */
const measure = async (servers, relays, { what, events, inFlight }) => {
  const cpuUs = (some) => some.reduce((sum, pid) => sum + cpuUsOf(pid), 0)
  const pids = { relay: relays.map(({ pid }) => pid), server: servers.map((server) => server.pid()) }
  const before = { relay: cpuUs(pids.relay), server: cpuUs(pids.server) }
  const began = performance.now()
  const part = Math.ceil(events / relays.length / 10) * 10
  await Promise.all(relays.map((relay) => relay.ask({ [what]: part, inFlight })))
  const done = part * relays.length
  return {
    perSecond: (done / (performance.now() - began)) * 1_000,
    relayUs: (cpuUs(pids.relay) - before.relay) / done,
    serverUs: (cpuUs(pids.server) - before.server) / done,
  }
}

const UNITS = [
  ['perSecond', '', 'events/s'],
  ['relayUs', ', CPU of relays', 'µs an event'],
  ['serverUs', ', CPU of servers', 'µs an event'],
]

/** Against one relay, round by round. */
const rowsOf = (figure, [alone, ...more]) =>
  UNITS.flatMap(([unit, of, said]) =>
    [alone, ...more].map((steps, at) => ({
      figure: `${figure}, relays: ${at + 1}${of}`,
      value: median(steps.map((step) => step[unit])),
      unit: said,
      against: '1 relay',
      ratio: median(steps.map((step, round) => step[unit] / alone[round][unit])),
    })),
  )
