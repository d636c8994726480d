import { makeFolder, startChild } from './child.mjs'
import { median } from './median.mjs'

/** Beyond what the rounds ask for: what is under way when one ends is delivered before the next begins. */
const SPARE = 1.2

/**
 * Items a second delivered and settled on disk, against the bare client and the same sink. They are all put first: a relay
 * that has just filled its outbox has yet to bring nonces into order, and V8 to compile anew what it threw away meanwhile.
 */
export const benchForward = async ({ items, rounds }) => {
  const sink = await startChild('./servers/sink.mjs')
  const { origin } = sink.hello
  const bare = await startChild('./servers/bare-undici.mjs', [origin])
  const relay = await startChild('./servers/relay-forwarding.mjs', [makeFolder('forward'), origin])
  const ratios = []
  const rates = []
  await relay.ask({ fill: 10 * Math.ceil((SPARE * items * (rounds + 1)) / 10) })
  for (let round = 0; round <= rounds; round += 1) {
    const yardstick = await bare.ask(items)
    const { perSecond } = await relay.ask({ drain: items })
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
