import type { LocalOutbox } from '../../../packages/relay/src/outbox/outbox.ts'
import { createSeeded, oneOf, wholeIn } from '../../support/seeded.ts'
import { createWorld, OUTSIDE, type World } from '../world.ts'
import { createBrowser } from './browser.ts'
import type { Item } from './items.ts'
import { createMachine } from './machine.ts'
import { createMortal } from './mortal.ts'
import { judge } from './promise.ts'
import { type RelayProcess, startRelay } from './relay-process.ts'
import type { Programs } from './shipped.ts'
import { createSimulatedUpstream } from './upstream.ts'
import { createVisitor } from './visitor.ts'
import { CALM, makeStorm, type Weather } from './weather.ts'
import { createWire, type Front } from './wire.ts'

/** What is wrong with a history: nothing, hopefully. */
export type Verdict = {
  seed: number
  faults: string[]
  items: number
  steps: number
  relays: number
  endings: string[]
  story: string[]
}

const MAX_STEPS = 300_000
const PATIENCE_MS = 6 * 3_600_000
const DAY_MS = 86_400_000
/** How likely after each deed. */
const AWAY = 0.003
const START = 1_764_000_000_000

/** Keeps a relay running: when one is gone, the next starts on the same machine. */
const createDeployment = (
  world: World,
  isStormy: () => boolean,
  begin: (name: string, restart: () => void) => RelayProcess,
) => {
  const { random } = world
  let relay: RelayProcess | undefined
  let born = 0
  const start = () => {
    born += 1
    const fresh = begin(`relay-${born}`, () => world.plan(OUTSIDE, 0, () => fresh.life.end()))
    relay = fresh
    if (isStormy() && random() < 0.6) fresh.life.doom(wholeIn(random, 1, random() < 0.5 ? 30 : 200))
    fresh.life.onEnd(() => world.plan(OUTSIDE, 1 + random() * 15_000, start))
  }
  const front: Front = (body, cookie, answer, reset) => {
    if (relay?.life.being.alive) relay.collect(body, cookie, answer, reset)
    else if (random() < 0.5) reset()
    else answer({ status: 502, headers: {}, body: '' })
  }
  return { start, front, relay: () => relay, born: () => born }
}

/** A person at the dead letters. Never redrives what is in doubt: that would be a decision of theirs. */
const decide = async (
  { random }: World,
  outbox: LocalOutbox,
  correct: () => void,
  dropped: Set<string>,
): Promise<void> => {
  const letters = [...outbox.deadLetters()].filter(({ code }) => code !== 'IN_DOUBT')
  if (letters.length === 0) return
  const { nonce, kind } = oneOf(random, ...letters)
  if (random() < 0.2) {
    dropped.add(kind + nonce)
    await outbox.drop(nonce, kind)
  } else {
    correct()
    await outbox.redrive(nonce, kind)
  }
}

/** One history: visitors, a relay and the upstream, and whatever chance does to them; then calm, and the reckoning. */
export const runHistory = async (programs: Programs, seed: number, isTold = false): Promise<Verdict> => {
  const random = createSeeded(seed)
  const world = createWorld(random, START)
  const faults: string[] = []
  const story: string[] = []
  const items: Item[] = []
  const dropped = new Set<string>()
  const endings: string[] = []
  const fault = (text: string) => void faults.push(text)
  const note = (text: string) => {
    if (isTold) story.push(`${((world.now() - START) / 1000).toFixed(3)} ${text}`)
  }
  let weather: Weather = makeStorm(random)
  let isStormy = true
  const now = () => weather
  const upstream = createSimulatedUpstream(world, now)
  const machine = createMachine(world, now)
  const around = {
    ...{ world, weather: now, machine, upstream, program: programs.relay },
    maxBacklog: random() < 0.1 ? 3 : 1_000_000,
    rateLimit: random() < 0.1 ? 30 : 0,
  }
  const deployment = createDeployment(
    world,
    () => isStormy,
    (name, onFatal) => {
      note(`${name} starts`)
      return startRelay(around, createMortal(world, name), onFatal)
    },
  )
  const wire = createWire(world, now, deployment.front)
  const visitors = Array.from({ length: wholeIn(random, 1, 2) }, (_, n) => {
    const nature = {
      skewMs: random() < 0.2 ? Math.floor((random() - 0.5) * 4 * 86_400_000) : 0,
      hasLocks: random() < 0.85,
      hasChannels: random() < 0.85,
      hasWorker: random() < 0.4,
      maxRows: random() < 0.05 ? 4 : 10_000,
      cookieAt: START + (random() < 0.5 ? 0 : random() * 120_000),
    }
    const browser = createBrowser(world, now, wire, nature)
    const parts = { name: `visitor-${n}`, world, programs, browser, items, fault, note }
    return { ...createVisitor({ ...parts, mayDeny: random() < 0.2, asksConsent: random() < 0.2 }), nature }
  })
  deployment.start()

  /** Weeks without a visit. The upstream is well meanwhile, or items become too old. */
  const goAway = () => {
    for (const visitor of visitors) visitor.leave()
    weather = { ...makeStorm(random), ...(random() < 0.9 && { upstream: CALM.upstream, store: CALM.store }) }
    const days = random() * 40
    note(`${days.toFixed(1)} days go by`)
    return world.runUntil(Math.floor(world.now() + days * DAY_MS), MAX_STEPS)
  }
  const pace = oneOf(random, 300, 3_000, 30_000)
  let steps = 0
  for (let deeds = wholeIn(random, 3, 14); deeds > 0; deeds -= 1) {
    const until = Math.floor(world.now() + random() * (random() < 0.5 ? pace : pace / 20))
    steps += await world.runUntil(until, MAX_STEPS)
    oneOf(random, ...visitors).deed()
    const relay = deployment.relay()
    const chance = random()
    if (relay && chance < 0.08) relay.life.end()
    else if (relay && chance < 0.14) relay.stop()
    else if (relay?.life.being.alive && chance < 0.2)
      relay.life.being.frozenUntil = Math.floor(world.now() + random() * 60_000)
    const outbox = relay?.outbox()
    if (relay?.life.being.alive && outbox && random() < 0.15)
      relay.life.plan(0, () => void decide(world, outbox, upstream.correct, dropped).catch(() => {}))
    if (random() < 0.1) weather = makeStorm(random)
    if (random() < AWAY) steps += await goAway()
  }

  note('calm')
  isStormy = false
  weather = CALM
  around.rateLimit = 0
  const relay = deployment.relay()
  if (relay) {
    relay.life.doom(Number.POSITIVE_INFINITY)
    relay.life.being.frozenUntil = 0
  }
  for (const visitor of visitors) visitor.comeBack()
  const isQuiet = () =>
    wire.flying() === 0 &&
    deployment.relay()?.life.being.alive === true &&
    deployment.relay()?.outbox()?.ledger().held === 0 &&
    visitors.every((visitor) => visitor.isDone())
  const endAt = world.now() + PATIENCE_MS
  steps += await world.run(() => isQuiet() || world.now() > endAt, MAX_STEPS)
  if (!isQuiet()) {
    fault('held for ever')
    for (const [n, { browser, living }] of visitors.entries())
      note(
        `visitor ${n} ${JSON.stringify(living().map(({ life }) => life.being))} rows ${JSON.stringify(browser.disk.rows())} pending ${browser.disk.pending()}`,
      )
    note(
      `${wire.flying()} flying, ${JSON.stringify(deployment.relay()?.outbox()?.ledger())} at ${deployment.relay()?.life.being.alive}`,
    )
  }
  // What is late may still come, and must change nothing.
  steps += await world.runUntil(world.now() + 120_000, MAX_STEPS)

  for (const visitor of visitors) visitor.reckon()
  const outbox = deployment.relay()?.outbox()
  if (outbox) judge({ items, outbox, upstream, dropped, fault, count: (ending) => endings.push(ending) })
  return { seed, faults, items: items.length, steps, relays: deployment.born(), endings, story }
}
