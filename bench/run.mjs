/**
 * `npm run bench`: every figure a ratio against a yardstick in the same run, rounds interleaved, medians of them.
 * `--quick`: within 90 seconds, with a smaller backlog. Names of parts (collect, forward, backlog) choose among them;
 * `peers`, our tag beside others in a browser, is run only by its name.
 */
import { benchBacklog } from './backlog.mjs'
import { startChild } from './child.mjs'
import { benchCollect } from './collect.mjs'
import { benchForward } from './forward.mjs'
import { benchPeers } from './peers/bench.mjs'
import { isMissed, tableOf } from './table.mjs'

const FULL = {
  collect: { warmSeconds: 5, seconds: 2, rounds: 5 },
  forward: { items: 40_000, rounds: 5 },
  backlog: { backlog: 5_000_000, items: 40_000, warmSeconds: 3, seconds: 2, rounds: 3 },
}
const QUICK = {
  collect: { warmSeconds: 2, seconds: 1, rounds: 3 },
  forward: { items: 10_000, rounds: 3 },
  backlog: { backlog: 1_000_000, items: 10_000, warmSeconds: 1, seconds: 1, rounds: 3 },
}

const asked = process.argv.slice(2)
const sizes = asked.includes('--quick') ? QUICK : FULL
const generator = await startChild('./load/generator.mjs')
const parts = {
  collect: () => benchCollect(generator, sizes.collect),
  forward: () => benchForward(sizes.forward),
  backlog: () => benchBacklog(generator, sizes.backlog),
}
const byName = { ...parts, peers: benchPeers }
const chosen = Object.keys(byName).filter((name) => asked.includes(name))
const rows = []
for (const name of chosen.length > 0 ? chosen : Object.keys(parts)) rows.push(...(await byName[name]()))
console.log(tableOf(rows))
process.exit(rows.some(isMissed) ? 1 : 0)
