/**
 * `npm run bench:peers`: our relay beside what else npm and Debian offer, under the same faults in one run; then the
 * requests a second that each acknowledges. `--quick`: fewer events, less patience, one short round. `--events n`.
 * `--write`: into docs/peers.md and docs/peers.svg. Names of contenders choose among them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readArguments } from './arguments.mjs'
import { CONTENDERS } from './contenders.mjs'
import { FAULTS, isApart } from './faults.mjs'
import { installPeers, peerVersions } from './install.mjs'
import { measureLoss } from './losses.mjs'
import { STORES } from './stores.mjs'
import { measureThroughput } from './throughput.mjs'
import { plotOf, tablesOf, withMeasured } from './typescript.mjs'

/** Cells that are measured at the same time: they mostly wait. */
const AT_ONCE = 12

const say = (text) => process.stderr.write(`${text}\n`)

const orderOrEnd = () => {
  try {
    return readArguments(process.argv.slice(2), CONTENDERS)
  } catch (error) {
    say(error.message)
    return process.exit(2)
  }
}
const { sizes, contenders, write } = orderOrEnd()
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))

installPeers()
/** Why a store cannot be had here, by its name; those that can be had are not in it. */
const lacking = new Map()
for (const store of new Set(contenders.map((one) => one.store))) {
  const why = await STORES[store].why()
  if (why) lacking.set(store, why)
}
const isRunnable = ({ store }) => !lacking.has(store)

const lossOf = (contender, fault) =>
  isRunnable(contender)
    ? measureLoss(contender, fault, { events: sizes.events, patienceMs: sizes.patienceS * 1_000 }).catch(
        ({ message }) => ({ why: message }),
      )
    : { why: lacking.get(contender.store) }

const measureCell = async ({ contender, fault }) => {
  const found = await lossOf(contender, fault)
  const told = Object.entries(found).map(([name, value]) => `${name} ${value}`)
  say(`${contender.title} · ${fault.title}: ${told.join(', ')}`)
  return { contender: contender.name, fault: fault.name, ...found }
}

/** Those with a store take longest, most of all when a worker of theirs has died: they begin. */
const shortness = ({ contender, fault }) =>
  (contender.store === 'none' ? 2 : 0) + (fault.kill.length > 0 ? 0 : 1)

const measureLosses = async () => {
  const cells = FAULTS.flatMap((fault) => contenders.map((contender) => ({ contender, fault })))
    .filter(({ contender, fault }) => isApart(contender, fault))
    .sort((a, b) => shortness(a) - shortness(b))
  say(`${cells.length} cells, ${AT_ONCE} at once`)
  const losses = []
  const goOn = async () => {
    for (let cell = cells.shift(); cell; cell = cells.shift()) losses.push(await measureCell(cell))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, goOn))
  return losses
}

/** The naive one is the yardstick: it runs whoever is chosen. */
const throughputOf = () => {
  const [yardstick] = CONTENDERS
  const others = contenders.filter((one) => one !== yardstick && isRunnable(one))
  return measureThroughput([yardstick, ...others], sizes, say)
}

const versionsOf = async () => {
  const stores = new Set(contenders.filter(isRunnable).map(({ store }) => STORES[store]))
  const told = await Promise.all([...stores].map((store) => store.version()))
  return [`Node ${process.versions.node}`, ...peerVersions(), ...new Set(told.filter(Boolean))]
}

const losses = await measureLosses()
const throughput = await throughputOf()
const report = {
  ...{ date: new Date().toISOString().slice(0, 10), versions: await versionsOf(), ...sizes },
  ...{ contenders, faults: FAULTS, losses, throughput },
}

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
mkdirSync(at('.cache/relays'), { recursive: true })
writeFileSync(at('.cache/relays/report.json'), JSON.stringify(report, null, 2))
writeFileSync(at(write ? 'docs/peers.svg' : '.cache/relays/peers.svg'), plotOf(report))
if (write) {
  const page = readFileSync(at('docs/peers.md'), 'utf8')
  writeFileSync(at('docs/peers.md'), withMeasured(page, tablesOf(report)))
}
console.log(tablesOf(report))
say(`the plot is in ${write ? 'docs' : '.cache/relays'}/peers.svg, every figure in .cache/relays/report.json`)

const isWrong = ({ why, lost, doubled }) => why !== undefined || lost > 0 || doubled > 0
const ours = new Set(contenders.filter((one) => one.ours && isRunnable(one)).map(({ name }) => name))
process.exit(losses.some((cell) => ours.has(cell.contender) && isWrong(cell)) ? 1 : 0)
