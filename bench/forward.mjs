import { makeFolder, startChild } from './child.mjs'
import { median } from './median.mjs'

/** Items a second delivered and settled on disk, against the bare client and the same sink. */
export const benchForward = async ({ items, rounds }) => {
  const sink = await startChild('./servers/sink.mjs')
  const { origin } = sink.hello
  const bare = await startChild('./servers/bare-undici.mjs', [origin])
  const relay = await startChild('./servers/relay-forwarding.mjs', [makeFolder('forward'), origin])
  const ratios = []
  const rates = []
  for (let round = 0; round <= rounds; round += 1) {
    const yardstick = await bare.ask(items)
    const { perSecond } = await relay.ask({ fill: items, drain: items })
    if (round === 0) continue
    rates.push(perSecond)
    ratios.push(perSecond / yardstick.perSecond)
  }
  for (const child of [relay, bare, sink]) await child.end()
  return [
    {
      figure: 'forward, LMDB outbox',
      value: median(rates),
      unit: 'items/s',
      against: 'undici Pool.request',
      ratio: median(ratios),
      least: 0.75,
    },
  ]
}
