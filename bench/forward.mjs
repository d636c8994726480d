import { makeFolder, startChild } from './child.mjs'
import { median } from './median.mjs'

/** Beyond what the rounds ask for: what is under way when one ends is delivered before the next begins. */
const SPARE = 1.2

/** A site that has grown: each of its types is a lane of its own. */
const MANY_TYPES = 40

/**
 * Items a second delivered and settled on disk, against the bare client and the same sink; and those of many event types
 * against those of three. They are all put first: a relay that has just filled its outbox has yet to bring nonces into
 * order, and V8 to compile anew what it threw away meanwhile. It goes on compiling for some 200,000 items, in threads that
 * sink and relay have to share two processors with: all have `warm` rounds that do not count.
 */
export const benchForward = async ({ warm, items, rounds }) => {
  const sink = await startChild('./servers/sink.mjs')
  const { origin } = sink.hello
  const bare = await startChild('./servers/bare-undici.mjs', [origin])
  const openRelay = async (...types) => {
    const relay = await startChild('./servers/relay-forwarding.mjs', [
      makeFolder('forward'),
      origin,
      ...types,
    ])
    await relay.ask({ fill: 10 * Math.ceil((SPARE * items * (warm + rounds)) / 10) })
    return relay
  }
  const [few, many] = [await openRelay(), await openRelay(MANY_TYPES)]
  const drained = async (relay) => (await relay.ask({ drain: items })).perSecond
  const rates = []
  const ratios = { bare: [], few: [] }
  for (let round = 0; round < warm + rounds; round += 1) {
    const yardstick = (await bare.ask(items)).perSecond
    const ofFew = await drained(few)
    const ofMany = await drained(many)
    if (round < warm) continue
    rates.push(ofFew)
    ratios.bare.push(ofFew / yardstick)
    ratios.few.push(ofMany / ofFew)
  }
  for (const child of [few, many, bare, sink]) await child.end()
  return [
    {
      figure: 'forward, LMDB outbox',
      value: median(rates),
      unit: 'items/s',
      against: 'undici Pool.request',
      ratio: median(ratios.bare),
      least: 0.75,
    },
    {
      figure: `forward, ${MANY_TYPES} event types`,
      against: 'forward, three event types',
      ratio: median(ratios.few),
      least: 0.75,
    },
  ]
}
