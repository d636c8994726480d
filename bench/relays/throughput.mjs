import { makeFolder, startChild } from '../child.mjs'
import { median } from '../median.mjs'
import { startRelay } from './relay.mjs'
import { openSink } from './sink.mjs'
import { STORES } from './stores.mjs'

const CONNECTIONS = 64

/** Started, and frozen until it is its turn: its backlog would take from the others' time. */
const openLane = async (contender) => {
  const [sink, store] = [await openSink(), await STORES[contender.store].open()]
  const place = { origin: sink.origin, storeUrl: store?.url, dataDir: makeFolder(contender.name) }
  const relay = await startRelay(contender, place)
  relay.signal('SIGSTOP')
  const close = async () => {
    await relay.kill()
    await store?.dispose()
    sink.close()
  }
  return { contender, sink, relay, close, acknowledged: [], delivered: [] }
}

const okIn = (statuses) =>
  Object.entries(statuses).reduce((sum, [status, count]) => sum + (status.startsWith('2') ? count : 0), 0)

/** Acknowledged, and meanwhile delivered, requests a second. */
const load = async (generator, { relay, sink }, order) => {
  relay.signal('SIGCONT')
  const [from, before] = [performance.now(), sink.times.size]
  const { statuses } = await generator.ask({
    ...{ port: relay.port, path: '/collect', connections: CONNECTIONS, events: 1 },
    ...order,
  })
  const seconds = (performance.now() - from) / 1_000
  relay.signal('SIGSTOP')
  return { acknowledged: okIn(statuses) / seconds, delivered: (sink.times.size - before) / seconds }
}

/** Medians of all rounds; a round in which the yardstick got nothing through, on a machine that stood still, has no ratio. */
const rateOf = ({ contender, acknowledged, delivered }, yardstick) => {
  const ratios = acknowledged.flatMap((rate, round) =>
    yardstick[round] > 0 ? [rate / yardstick[round]] : [],
  )
  return {
    contender: contender.name,
    perSecond: median(acknowledged),
    deliveredPerSecond: median(delivered),
    ...(ratios.length > 0 && { ratio: median(ratios) }),
  }
}

/**
 * Single-event requests a second that each contender acknowledges, in rounds that take turns, as ratios to the first
 * contender in the same round.
 *
 * @param say told of each turn, and of who cannot be started
 */
export const measureThroughput = async (contenders, { warm, seconds, rounds }, say) => {
  const generator = await startChild('./load/generator.mjs')
  const lanes = []
  try {
    for (const contender of contenders)
      await openLane(contender).then(
        (lane) => lanes.push(lane),
        (error) => say(`${contender.title} is not measured: ${error.message}`),
      )
    for (const lane of lanes) await load(generator, lane, warm)
    for (let round = 0; round < rounds; round += 1)
      // Forth and back: whoever comes first in a round is not always the same.
      for (const lane of round % 2 === 0 ? lanes : lanes.toReversed()) {
        const { acknowledged, delivered } = await load(generator, lane, { seconds })
        lane.acknowledged.push(acknowledged)
        lane.delivered.push(delivered)
        say(`${lane.contender.title} · round ${round + 1}: ${Math.round(acknowledged)} acknowledged /s`)
      }
    return lanes.map((lane) => rateOf(lane, lanes[0].acknowledged))
  } finally {
    for (const lane of lanes) await lane.close()
    await generator.end()
  }
}
