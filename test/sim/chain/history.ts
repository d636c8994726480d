import { createSeeded, oneOf, wholeIn } from '../../support/seeded.ts'
import { createWorld } from '../world.ts'
import { judge } from './promise.ts'
import { type Scene, setScene } from './scene.ts'
import type { Programs } from './shipped.ts'
import { createTelling, type Verdict } from './telling.ts'
import { CALM, makeStorm } from './weather.ts'

const MAX_STEPS = 300_000
/** Longer than any backoff, pause or probe. */
const PATIENCE_MS = 6 * 3_600_000
const LATEST_MS = 120_000
const DAY_MS = 86_400_000
/** How likely weeks go by after a deed. */
const AWAY = 0.003

/** One history: visitors, a relay and the upstream, and whatever chance does to them; then calm, and the reckoning. */
export const runHistory = async (programs: Programs, seed: number, isTold = false): Promise<Verdict> => {
  const world = createWorld(createSeeded(seed))
  const telling = createTelling(world, isTold)
  const scene = setScene(world, programs, telling)
  scene.deployment.start()
  const steps = (await weatherStorms(scene)) + (await calmDown(scene))
  reckon(scene)
  return { seed, ...telling.told, relays: scene.deployment.born(), steps }
}

/** Chance has its way, a deed at a time. Returns the steps it took. */
const weatherStorms = async (scene: Scene): Promise<number> => {
  const { world, visitors, deployment, paceMs } = scene
  const { random } = world
  let steps = 0
  for (let deeds = wholeIn(random, 3, 16); deeds > 0; deeds -= 1) {
    const waitMs = random() * (random() < 0.5 ? paceMs : paceMs / 20)
    steps += await world.runUntil(Math.floor(world.now() + waitMs), MAX_STEPS)
    oneOf(random, ...visitors).deed()
    deployment.befall()
    if (random() < 0.1) scene.turnWeather(makeStorm(random))
    if (random() < AWAY) steps += await goAway(scene)
  }
  return steps
}

/** Weeks without a visit. The upstream is well meanwhile as a rule: to be refused for a week costs thousands of attempts. */
const goAway = (scene: Scene): Promise<number> => {
  const { world, visitors, telling } = scene
  const { random } = world
  for (const visitor of visitors) visitor.leave()
  const isWell = random() < 0.9
  scene.turnWeather({
    ...makeStorm(random),
    ...(isWell && { upstream: CALM.upstream, store: CALM.store }),
  })
  const days = random() * 40
  telling.note(`${days.toFixed(1)} days go by`)
  return world.runUntil(Math.floor(world.now() + days * DAY_MS), MAX_STEPS)
}

/** All faults cease, and what is held drains. */
const calmDown = async (scene: Scene): Promise<number> => {
  const { world, visitors, deployment, telling } = scene
  telling.note('calm')
  scene.turnWeather(CALM)
  deployment.spare()
  for (const visitor of visitors) visitor.comeBack()
  const endAt = world.now() + PATIENCE_MS
  const steps = await world.run(() => isQuiet(scene) || world.now() > endAt, MAX_STEPS)
  if (!isQuiet(scene)) complain(scene)
  // What is late may still come, and must change nothing.
  return steps + (await world.runUntil(world.now() + LATEST_MS, MAX_STEPS))
}

const isQuiet = ({ wire, deployment, visitors }: Scene): boolean =>
  wire.flying() === 0 &&
  deployment.outbox()?.ledger().held === 0 &&
  visitors.every((visitor) => visitor.isDone())

const complain = ({ telling, wire, deployment, visitors }: Scene): void => {
  const ledger = deployment.outbox()?.ledger()
  telling.fault(ledger?.held === 0 ? 'kept by a tag for ever' : 'held by the relay for ever')
  telling.note(`${wire.flying()} flying; the relay: ${JSON.stringify(ledger)}`)
  for (const visitor of visitors) telling.note(visitor.state())
}

const reckon = ({ items, deployment, upstream, visitors, telling }: Scene): void => {
  for (const visitor of visitors) visitor.reckon()
  const outbox = deployment.outbox()
  if (outbox) judge({ items, outbox, read: deployment.read, upstream, dropped: deployment.dropped, telling })
  else telling.fault('no relay is there in the end')
}
