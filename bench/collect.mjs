import { cpuUsOf, makeFolder, startChild } from './child.mjs'
import { median } from './median.mjs'
import { AS_DEPLOYED } from './servers/as-deployed.mjs'

/** Yardsticks have the same options of node. */
const STOCK = { script: 'express-204', node: AS_DEPLOYED }
const RELAY = { script: 'relay-standalone', node: AS_DEPLOYED }
const CONNECTIONS = 64

/** A server, and what loads it; `node`: options of its process; `nonces` of other than a tag's are asked for with each load. */
const openServer = async (generator, { script, args = [], node = [], nonces }) => {
  const server = await startChild(`./servers/${script}.mjs`, [makeFolder(script), ...args], node)
  const { hello, pid } = server
  return {
    end: server.end,
    async load(more) {
      const before = cpuUsOf(pid)
      const order = { port: hello.port, path: '/collect', connections: CONNECTIONS, nonces, ...more }
      const seen = await generator.ask(order)
      const requests = Object.values(seen.statuses).reduce((sum, count) => sum + count, 0)
      const odd = Object.keys(seen.statuses).find((status) => status !== '202' && status !== '204')
      if (odd) throw new Error(`${script} answered ${odd}`)
      return { ...seen, cpuUs: (cpuUsOf(pid) - before) / requests }
    },
  }
}

/** Rounds of both in turn, forth and back: whoever comes first is not always the same. */
const takeTurns = async (one, other, { seconds, rounds }) => {
  const seen = []
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? [other, one] : [one, other]
    const loads = new Map()
    for (const server of order) loads.set(server, await server.load({ seconds }))
    seen.push({ one: loads.get(one), other: loads.get(other) })
  }
  return seen
}

/**
 * Requests a second of the one beside the other, and of nobody else meanwhile: a third server between two that are
 * compared costs both what they had at hand. V8 compiles no two processes alike, so that several may be measured.
 *
 * @param after what else is to be seen of the last two, as warm as they are
 */
const beside = async (generator, [one, other], { processes = 1, warm, ...turns }, after) => {
  const seen = []
  let more
  for (let process = 1; process <= processes; process += 1) {
    const pair = [await openServer(generator, one), await openServer(generator, other)]
    for (const server of pair) await server.load(warm)
    seen.push(...(await takeTurns(...pair, turns)))
    if (process === processes) more = await after?.(...pair, seen)
    for (const server of pair) await server.end()
  }
  const of = (figure) => median(seen.map(figure))
  return {
    rate: of(({ one }) => one.perSecond),
    ratio: of(({ one, other }) => one.perSecond / other.perSecond),
    cpuUs: of(({ one }) => one.cpuUs),
    cpuRatio: of(({ one, other }) => one.cpuUs / other.cpuUs),
    more,
  }
}

/** The ratio of the p99 of both under half the load that the slower of them takes. */
const tailOf =
  ({ seconds, rounds }) =>
  async (one, other, seen) => {
    const rateOf = (who) => median(seen.map((round) => round[who].perSecond))
    const rate = Math.min(rateOf('one'), rateOf('other')) / 2
    const ratios = []
    for (let round = 0; round < rounds; round += 1) {
      const yardstick = await other.load({ rate, seconds })
      ratios.push((await one.load({ rate, seconds })).p99 / yardstick.p99)
    }
    return { rate, ratio: median(ratios) }
  }

const stock = 'stock Express 204'
const unjudging = 'WMKT_VALIDATION=off'

/** What is collected a second, by the relay standalone and otherwise, each beside its own yardstick. */
export const benchCollect = async (generator, { tail, few, ...many }) => {
  const libsql = { script: 'express-libsql', node: AS_DEPLOYED }
  const unjudged = { ...RELAY, args: ['off'] }
  const mounted = { script: 'relay-mounted', node: AS_DEPLOYED }
  const random = { ...RELAY, nonces: 'random' }
  const besideStock = await beside(generator, [RELAY, STOCK], many, tailOf(tail))
  const besideLibsql = await beside(generator, [RELAY, libsql], few)
  const judged = await beside(generator, [RELAY, unjudged], few)
  const asMiddleware = await beside(generator, [mounted, STOCK], few)
  const ofChance = await beside(generator, [random, STOCK], few)
  const rateOf = ({ rate: value, ratio }) => ({ value, unit: 'req/s', ratio })
  const cpuOf = ({ cpuUs: value, cpuRatio: ratio }) => ({ value, unit: 'µs', ratio })
  return [
    { figure: 'collect, standalone', ...rateOf(besideStock), against: stock, least: 1 },
    { figure: 'collect, standalone', ...rateOf(besideLibsql), against: 'helmet+json+zod+libsql', least: 4 },
    { figure: 'collect, CPU a request', ...cpuOf(besideStock), against: stock },
    { figure: 'collect, events judged', ...rateOf(judged), against: unjudging, least: 0.85 },
    { figure: 'collect, CPU with judging', ...cpuOf(judged), against: unjudging },
    { figure: 'collect, middleware', ...rateOf(asMiddleware), against: stock },
    { figure: 'collect, random nonces', ...rateOf(ofChance), against: stock },
    { figure: 'collect p99 at half load', ...rateOf(besideStock.more), against: stock, most: 3 },
  ]
}
