/**
 * `npm run bench`: every figure a ratio against a yardstick in the same run, rounds interleaved, medians of them.
 * `--quick`: within 90 seconds, with a smaller backlog. Names of parts (collect, forward, backlog) choose among them;
 * `peers`, our tag beside others in a browser, and `nats`, up to three relays on one outbox, are run only by their names.
 */
import { benchBacklog } from './backlog.mjs'
import { startChild } from './child.mjs'
import { benchCollect } from './collect.mjs'
import { benchForward } from './forward.mjs'
import { isMissed, tableOf } from './table.mjs'

/**
 * Rather many rounds than long ones: a machine that others use changes its pace within seconds, and a median of many
 * ratios, each of neighbours in time, hardly notices. Warming is by requests, since a slow machine needs no more,
 * or by rounds.
 */
const FULL = {
  collect: {
    ...{ processes: 3, warm: { requests: 40_000, seconds: 10 }, seconds: 0.7, rounds: 9 },
    few: { warm: { requests: 20_000, seconds: 10 }, seconds: 0.7, rounds: 9 },
    tail: { seconds: 2, rounds: 5 },
  },
  // Long enough that the sync which a round ends with is a small part of what is seen.
  forward: { processes: 3, warm: 5, items: 50_000, rounds: 5 },
  backlog: {
    ...{ backlog: 5_000_000, items: 20_000, warm: { requests: 10_000, seconds: 5 } },
    ...{ seconds: 1, rounds: 7 },
  },
  nats: {
    one: { events: 8_000, rounds: 7 },
    three: { events: 4_000, rounds: 7 },
    few: { events: 1_500, rounds: 7 },
  },
}
const QUICK = {
  collect: {
    ...{ warm: { requests: 6_000, seconds: 3 }, seconds: 0.4, rounds: 9 },
    few: { warm: { requests: 6_000, seconds: 3 }, seconds: 0.4, rounds: 5 },
    tail: { seconds: 1, rounds: 3 },
  },
  forward: { processes: 1, warm: 5, items: 6_000, rounds: 7 },
  backlog: {
    ...{ backlog: 1_000_000, items: 6_000, warm: { requests: 3_000, seconds: 2 } },
    ...{ seconds: 0.5, rounds: 5 },
  },
  nats: {
    one: { events: 3_000, rounds: 3 },
    three: { events: 1_500, rounds: 3 },
    few: { events: 500, rounds: 3 },
  },
}

const asked = process.argv.slice(2)
const NAMES = ['collect', 'forward', 'backlog', 'peers', 'nats']
const unknown = asked.filter((word) => ![...NAMES, '--quick'].includes(word))
if (unknown.length > 0) {
  const isHelp = unknown.every((word) => word === '--help' || word === '-h')
  console.error(
    `${isHelp ? '' : `bench: ${unknown.join(' ')} is unknown\n`}npm run bench -- [--quick] [${NAMES.join('|')}] …`,
  )
  process.exit(isHelp ? 0 : 2)
}
const sizes = asked.includes('--quick') ? QUICK : FULL
const generator = await startChild('./load/generator.mjs')
const parts = {
  collect: () => benchCollect(generator, sizes.collect),
  forward: () => benchForward(sizes.forward),
  backlog: () => benchBacklog(generator, sizes.backlog),
}
/** Its tags are installed in a folder of their own: without them the rest can be measured all the same. */
const peers = async () => (await import('./peers/bench.mjs')).benchPeers()
const nats = async () => (await import('./nats/bench.mjs')).benchNats(sizes.nats)
const byName = { ...parts, peers, nats }
const chosen = Object.keys(byName).filter((name) => asked.includes(name))
const rows = []
for (const name of chosen.length > 0 ? chosen : Object.keys(parts)) rows.push(...(await byName[name]()))
console.log(tableOf(rows))
process.exit(rows.some(isMissed) ? 1 : 0)
