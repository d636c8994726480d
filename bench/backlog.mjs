import { readFileSync } from 'node:fs'
import { makeFolder, startChild } from './child.mjs'
import { median } from './median.mjs'

const CONNECTIONS = 64
const MB = 1_048_576

/** Private memory of a process, in MB. */
const anonymousMb = (pid) =>
  (Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024) / MB

/** What a large backlog costs: memory, start, and the rates of collect and drain against those at an empty one. */
export const benchBacklog = async (generator, { backlog, items, warm, seconds, rounds }) => {
  const sink = await startChild('./servers/sink.mjs')
  const folder = makeFolder('full')
  /** The one with the backlog, and one that begins with nothing. */
  const openAll = async (script, ...args) => {
    const full = await startChild(script, [folder, ...args])
    return { full, empty: await startChild(script, [makeFolder('empty'), ...args]) }
  }
  const endAll = async (children) => {
    for (const child of Object.values(children)) await child.end()
  }
  const filler = await startChild('./servers/relay-forwarding.mjs', [folder, sink.hello.origin])
  await filler.ask({ fill: backlog })
  await filler.end()

  const fronts = await openAll('./servers/relay-standalone.mjs')
  const { readyMs } = fronts.full.hello
  const collect = async (which, more) => {
    const { port } = fronts[which].hello
    const order = { port, path: '/collect', connections: CONNECTIONS, seconds, ...more }
    return (await generator.ask(order)).perSecond
  }
  const collects = []
  for (const which of ['full', 'empty']) await collect(which, warm)
  for (let round = 0; round < rounds; round += 1)
    collects.push((await collect('full')) / (await collect('empty')))
  let anonymous = anonymousMb(fronts.full.pid)
  await endAll(fronts)

  const drains = []
  const forwarders = await openAll('./servers/relay-forwarding.mjs', sink.hello.origin)
  for (let round = 0; round <= rounds; round += 1) {
    const full = await forwarders.full.ask({ drain: items })
    const empty = await forwarders.empty.ask({ fill: items, drain: items })
    if (round > 0) drains.push(full.perSecond / empty.perSecond)
  }
  anonymous = Math.max(anonymous, anonymousMb(forwarders.full.pid))
  await endAll(forwarders)
  await sink.end()

  const held = `${backlog / 1e6} M held`
  const against = 'an empty backlog'
  return [
    { figure: `collect, ${held}`, against, ratio: median(collects), least: 0.5 },
    { figure: `drain, ${held}`, against, ratio: median(drains), least: 0.8 },
    {
      figure: `private memory, ${held}`,
      value: anonymous,
      unit: 'MB',
      against: '350 MB',
      ratio: anonymous / 350,
      most: 1,
    },
    { figure: `start, ${held}`, value: readyMs, unit: 'ms', against: '1 s', ratio: readyMs / 1_000, most: 1 },
  ]
}
