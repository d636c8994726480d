import { makeFolder, startChild } from './child.mjs'
import { median } from './median.mjs'

/** Items a round beyond those asked for: what is under way when one ends is delivered before the next begins. */
const SPARE = 5_000

/** A site that has grown: each of its types is a lane of its own. */
const MANY_TYPES = 40

/** How fast one is beside the other, in rounds that take turns; the first of them warm both, and do not count. */
const compare = async (one, other, { warm, rounds }) => {
  const seen = []
  for (let round = 0; round < warm + rounds; round += 1) {
    const rates = new Map()
    // Forth and back: what the one leaves to be done strikes the other, who is not always the second.
    for (const measure of round % 2 === 0 ? [other, one] : [one, other]) rates.set(measure, await measure())
    if (round < warm) continue
    seen.push({ rate: rates.get(one), ratio: rates.get(one) / rates.get(other) })
  }
  return seen
}

const medianOf = (compared) => ({
  value: median(compared.map(({ rate }) => rate)),
  unit: 'items/s',
  ratio: median(compared.map(({ ratio }) => ratio)),
})

/**
 * Items a second delivered and settled on disk, against the bare client and the same sink; and those of many event types
 * against those of three. They are all put first: a relay that has just filled its outbox has yet to bring nonces into
 * order, and V8 to compile anew what it threw away meanwhile. It goes on compiling for some 200,000 items, in threads that
 * sink and relay have to share two processors with; and it compiles no two processes alike, so that several are measured.
 */
export const benchForward = async ({ processes, warm, items, rounds }) => {
  const sink = await startChild('./servers/sink.mjs')
  const { origin } = sink.hello
  const openRelay = (...types) =>
    startChild('./servers/relay-forwarding.mjs', [makeFolder('forward'), origin, ...types])
  /** For one comparison. */
  const fill = (relay) => relay.ask({ fill: (items + SPARE) * (warm + rounds) })
  const rateOf = (relay) => async () => (await relay.ask({ drain: items })).perSecond
  const besideBare = async () => {
    const bare = await startChild('./servers/bare-undici.mjs', [origin])
    const relay = await openRelay()
    await fill(relay)
    const compared = await compare(rateOf(relay), async () => (await bare.ask(items)).perSecond, {
      warm,
      rounds,
    })
    for (const child of [relay, bare]) await child.end()
    return compared
  }
  const besideFew = async () => {
    const [few, many] = [await openRelay(), await openRelay(MANY_TYPES)]
    for (const relay of [few, many]) await fill(relay)
    const compared = await compare(rateOf(many), rateOf(few), { warm, rounds })
    for (const child of [few, many]) await child.end()
    return compared
  }
  const compared = []
  for (let process = 1; process <= processes; process += 1) compared.push(...(await besideBare()))
  const types = await besideFew()
  await sink.end()
  return [
    { figure: 'forward, LMDB outbox', ...medianOf(compared), against: 'undici Pool.request', least: 0.75 },
    {
      figure: `forward, ${MANY_TYPES} event types`,
      ...medianOf(types),
      against: 'forward, three event types',
      least: 0.6,
    },
  ]
}
