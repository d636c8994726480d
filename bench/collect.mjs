import { cpuUsOf, makeFolder, startChild } from './child.mjs'
import { median } from './median.mjs'

const SERVERS = ['express-204', 'express-libsql', 'relay-unchecked', 'relay-standalone', 'relay-mounted']
/** One relay is asked for the figure of nonces of chance alone: what it remembers of them would burden the others' figures. */
const RANDOM = 'relay-random'
/** The relay with `WMKT_VALIDATION=off` is the standalone one, and so is that. */
const SCRIPTS = { 'relay-unchecked': ['relay-standalone', 'off'], [RANDOM]: ['relay-standalone'] }
const CONNECTIONS = 64

/** Requests a second of every server, round by round, so that what else the machine does strikes all alike. */
export const benchCollect = async (generator, { warm, seconds, rounds, tail }) => {
  const servers = new Map()
  for (const name of [...SERVERS, RANDOM]) {
    const [script, ...args] = SCRIPTS[name] ?? [name]
    servers.set(name, await startChild(`./servers/${script}.mjs`, [makeFolder(name), ...args]))
  }
  const load = async (name, more) => {
    const { hello, pid } = servers.get(name)
    const before = cpuUsOf(pid)
    const order = { port: hello.port, path: '/collect', connections: CONNECTIONS, seconds, ...more }
    const seen = await generator.ask(order)
    const requests = Object.values(seen.statuses).reduce((sum, count) => sum + count, 0)
    const odd = Object.keys(seen.statuses).find((status) => status !== '202' && status !== '204')
    if (odd) throw new Error(`${name} answered ${odd}`)
    return { ...seen, cpuUs: (cpuUsOf(pid) - before) / requests }
  }
  for (const name of SERVERS) await load(name, warm)
  await load(RANDOM, { ...warm, nonces: 'random' })

  const ratios = {
    stock: [],
    otherwise: [],
    mounted: [],
    random: [],
    p99: [],
    cpu: [],
    judged: [],
    judgedCpu: [],
  }
  const rates = Object.fromEntries(SERVERS.map((name) => [name, []]))
  const cpus = Object.fromEntries(SERVERS.map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    // Forth and back: whoever comes first in a round is not always the same.
    for (const name of round % 2 === 0 ? SERVERS : SERVERS.toReversed()) {
      const { perSecond, cpuUs } = await load(name)
      rates[name].push(perSecond)
      cpus[name].push(cpuUs)
    }
    ratios.cpu.push(cpus['relay-standalone'].at(-1) / cpus['express-204'].at(-1))
    ratios.judgedCpu.push(cpus['relay-standalone'].at(-1) / cpus['relay-unchecked'].at(-1))
    const [stock, otherwise, unchecked, standalone, mounted] = SERVERS.map((name) => rates[name].at(-1))
    ratios.judged.push(standalone / unchecked)
    ratios.stock.push(standalone / stock)
    ratios.otherwise.push(standalone / otherwise)
    ratios.mounted.push(mounted / stock)
    ratios.random.push((await load(RANDOM, { nonces: 'random' })).perSecond / stock)
  }
  const rate = Math.min(median(rates['express-204']), median(rates['relay-standalone'])) / 2
  for (let round = 0; round < tail.rounds; round += 1) {
    const order = { rate, seconds: tail.seconds }
    const yardstick = await load('express-204', order)
    ratios.p99.push((await load('relay-standalone', order)).p99 / yardstick.p99)
  }
  for (const server of servers.values()) await server.end()

  const rateOf = (name) => median(rates[name])
  const figure = { figure: 'collect, standalone', value: rateOf('relay-standalone'), unit: 'req/s' }
  return [
    { ...figure, against: 'stock Express 204', ratio: median(ratios.stock), least: 1 },
    { ...figure, against: 'helmet+json+zod+libsql', ratio: median(ratios.otherwise), least: 4 },
    {
      figure: 'collect, CPU a request',
      value: median(cpus['relay-standalone']),
      unit: 'µs',
      against: 'stock Express 204',
      ratio: median(ratios.cpu),
    },
    {
      figure: 'collect, events judged',
      value: rateOf('relay-unchecked'),
      unit: 'req/s unjudged',
      against: 'WMKT_VALIDATION=off',
      ratio: median(ratios.judged),
      least: 0.85,
    },
    {
      figure: 'collect, CPU with judging',
      value: median(cpus['relay-unchecked']),
      unit: 'µs unjudged',
      against: 'WMKT_VALIDATION=off',
      ratio: median(ratios.judgedCpu),
    },
    {
      figure: 'collect, middleware',
      value: rateOf('relay-mounted'),
      unit: 'req/s',
      against: 'stock Express 204',
      ratio: median(ratios.mounted),
    },
    {
      ...figure,
      figure: 'collect, random nonces',
      value: undefined,
      against: 'stock Express 204',
      ratio: median(ratios.random),
    },
    {
      figure: 'collect p99 at half load',
      value: rate,
      unit: 'req/s',
      against: 'stock Express 204',
      ratio: median(ratios.p99),
      most: 3,
    },
  ]
}
