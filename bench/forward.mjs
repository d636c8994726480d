import { makeFolder, startChild } from './child.mjs'
import { median } from './median.mjs'

/** Beyond what the rounds ask for: what is under way when one ends is delivered before the next begins. */
const SPARE = 1.2

/** A site that has grown: each of its types is a lane of its own. */
const MANY_TYPES = 40

/** How fast one is beside the other, in rounds that take turns; the first of them warm both, and do not count. */
const compare = async (one, other, { warm, rounds }) => {
  const [rates, ratios] = [[], []]
  for (let round = 0; round < warm + rounds; round += 1) {
    const yardstick = await other()
    const rate = await one()
    if (round < warm) continue
    rates.push(rate)
    ratios.push(rate / yardstick)
  }
  return { value: median(rates), unit: 'items/s', ratio: median(ratios) }
}

/**
 * Items a second delivered and settled on disk, against the bare client and the same sink; and those of many event types
 * against those of three. They are all put first: a relay that has just filled its outbox has yet to bring nonces into
 * order, and V8 to compile anew what it threw away meanwhile. It goes on compiling for some 200,000 items, in threads that
 * sink and relay have to share two processors with.
 */
export const benchForward = async ({ warm, items, rounds }) => {
  const sink = await startChild('./servers/sink.mjs')
  const { origin } = sink.hello
  const bare = await startChild('./servers/bare-undici.mjs', [origin])
  const openRelay = (...types) =>
    startChild('./servers/relay-forwarding.mjs', [makeFolder('forward'), origin, ...types])
  /** For one comparison. */
  const fill = (relay) => relay.ask({ fill: 10 * Math.ceil((SPARE * items * (warm + rounds)) / 10) })
  const rateOf = (relay) => async () => (await relay.ask({ drain: items })).perSecond
  const ofBare = async () => (await bare.ask(items)).perSecond
  const few = await openRelay()
  await fill(few)
  const besideBare = await compare(rateOf(few), ofBare, { warm, rounds })
  const many = await openRelay(MANY_TYPES)
  await fill(few)
  await fill(many)
  const besideFew = await compare(rateOf(many), rateOf(few), { warm, rounds })
  for (const child of [few, many, bare, sink]) await child.end()
  return [
    { figure: 'forward, LMDB outbox', ...besideBare, against: 'undici Pool.request', least: 0.75 },
    {
      figure: `forward, ${MANY_TYPES} event types`,
      ...besideFew,
      against: 'forward, three event types',
      least: 0.6,
    },
  ]
}
