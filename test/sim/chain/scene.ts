import { oneOf, wholeIn } from '../../support/seeded.ts'
import type { World } from '../world.ts'
import { createBrowser, type Nature } from './browser.ts'
import { createDeployment, type Deployment } from './deployment.ts'
import type { Item } from './items.ts'
import { createMachine } from './machine.ts'
import type { Programs } from './shipped.ts'
import type { Telling } from './telling.ts'
import { createSimulatedUpstream, type SimulatedUpstream } from './upstream.ts'
import { createVisitor, type Visitor } from './visitor.ts'
import { makeStorm, type Weather } from './weather.ts'
import { createWire, type Wire } from './wire.ts'

/** Who and what takes part in a history. */
export interface Scene {
  readonly world: World
  readonly telling: Telling
  readonly upstream: SimulatedUpstream
  readonly deployment: Deployment
  readonly wire: Wire
  readonly visitors: readonly Visitor[]
  readonly items: readonly Item[]
  /** Longest time between two deeds, in ms. */
  readonly paceMs: number
  turnWeather(weather: Weather): void
}

const DAY_MS = 86_400_000

const makeNature = ({ random, now }: World): Nature => ({
  skewMs: random() < 0.2 ? Math.floor((random() - 0.5) * 4 * DAY_MS) : 0,
  hasLocks: random() < 0.7,
  hasChannels: random() < 0.85,
  hasWorker: random() < 0.4,
  mayDeny: random() < 0.2,
  asksConsent: random() < 0.2,
  maxRows: random() < 0.1 ? 4 : 10_000,
  cookieAt: now() + (random() < 0.5 ? 0 : random() * 120_000),
})

export const setScene = (world: World, programs: Programs, telling: Telling): Scene => {
  const { random } = world
  let current = makeStorm(random)
  const weather = () => current
  const upstream = createSimulatedUpstream(world, weather)
  const machine = createMachine(world, weather)
  const limits = {
    maxBacklog: random() < 0.1 ? 3 : 1_000_000,
    rateLimit: random() < 0.1 ? 30 : 0,
    isSealed: random() < 0.5,
    keepDeliveredMs: oneOf(random, 0, 60_000, DAY_MS),
  }
  const around = { world, weather, machine, upstream, program: programs.relay, ...limits }
  const deployment = createDeployment(around, telling.note)
  const wire = createWire(world, weather, deployment.front)
  const items: Item[] = []
  const visitors = Array.from({ length: wholeIn(random, 1, 2) }, (_, n) => {
    const nature = makeNature(world)
    const browser = createBrowser(world, weather, wire, nature)
    return createVisitor({ name: `visitor-${n}`, world, programs, browser, nature, items, telling })
  })
  return {
    ...{ world, telling, upstream, deployment, wire, visitors, items },
    paceMs: oneOf(random, 300, 3_000, 30_000),
    turnWeather(next) {
      current = next
    },
  }
}
