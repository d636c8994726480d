import type { Clock } from '../../packages/relay/src/clock.ts'

/** Whoever can be frozen and killed: a relay's process. */
export type Being = { readonly name: string; alive: boolean; frozenUntil: number }

type Step = { being: Being; at: number; run: () => void }

/** What the network may do to a request, in shares of all. */
export type Weather = { lost: number; unanswered: number }

/**
 * A world in one thread: every request and every timer is a step, and chance says which one comes next. The same seed
 * gives the same history.
 */
export interface World {
  now(): number
  random: () => number
  weather: Weather
  clockOf(being: Being): Clock
  /** Runs after so long, as a step of its own, if the being lives then. Returns the way to call it off. */
  plan(being: Being, ms: number, run: () => void): () => void
  /** A request: takes effect at some time, or not; is answered after that, or not. The dead get no answers. */
  request<T>(being: Being, effect: () => T): Promise<T>
  /** Resolves after so long, for whoever is not of this world. */
  sleep(ms: number): Promise<void>
  /** Goes on until it is done, or for so many steps. Returns how many it took. */
  run(isDone: () => boolean, maxSteps: number): Promise<number>
  /** The same until a time (epoch ms), which it is then. */
  runUntil(at: number, maxSteps: number): Promise<number>
}

/** Whoever never dies: wires, disks, other people's servers. */
export const OUTSIDE: Being = { name: 'outside', alive: true, frozenUntil: 0 }
const TRAVEL_MS = 20

/** As the client library throws it when no answer comes. */
const timeout = (): Error => Object.assign(new Error('timeout'), { name: 'TimeoutError' })

/** Lets what a step has set off run on until it waits again: a tick comes when no promise has anything left to do. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve))

export const createWorld = (random: () => number, start = 1_764_000_000_000): World => {
  let now = start
  const steps = new Set<Step>()
  const plan = (being: Being, ms: number, run: () => void): (() => void) => {
    const step = { being, at: now + Math.ceil(ms), run }
    steps.add(step)
    return () => steps.delete(step)
  }
  const timeOf = ({ at, being }: Step) => Math.max(at, being.frozenUntil)
  /** The dead take no more steps. */
  const earliest = (): number => {
    let at = Number.POSITIVE_INFINITY
    for (const step of steps)
      if (step.being.alive) at = Math.min(at, timeOf(step))
      else steps.delete(step)
    return at
  }
  /** One of those that are due next, by `until`; time goes on to it. */
  const next = (until: number): Step | undefined => {
    const at = earliest()
    if (at > until || !Number.isFinite(at)) return undefined
    now = Math.max(now, at)
    const due: Step[] = []
    for (const step of steps) if (timeOf(step) <= now) due.push(step)
    return due[Math.floor(random() * due.length)]
  }
  const go = async (isDone: () => boolean, maxSteps: number, until: number): Promise<number> => {
    await settled()
    for (let taken = 0; taken < maxSteps; taken += 1) {
      const step = isDone() ? undefined : next(until)
      if (!step) return taken
      steps.delete(step)
      step.run()
      await settled()
    }
    return maxSteps
  }
  const world: World = {
    now: () => now,
    random,
    plan,
    weather: { lost: 0, unanswered: 0 },
    clockOf: (being) => ({ now: () => now, after: (ms, callback) => plan(being, ms, callback) }),
    request: (being, effect) =>
      new Promise((resolve, reject) => {
        if (!being.alive) return
        const chance = random()
        const isLost = chance < world.weather.lost
        const isUnanswered = !isLost && chance < world.weather.lost + world.weather.unanswered
        const travel = random() * TRAVEL_MS
        if (isLost) return void plan(being, 2_000, () => reject(timeout()))
        // The request is on its way: it takes effect though its sender may be frozen, or die meanwhile.
        plan(OUTSIDE, travel, () => {
          let answer: () => void
          try {
            const value = effect()
            answer = () => resolve(value)
          } catch (error) {
            answer = () => reject(error)
          }
          plan(
            being,
            isUnanswered ? 2_000 : random() * TRAVEL_MS,
            isUnanswered ? () => reject(timeout()) : answer,
          )
        })
      }),
    sleep: (ms) => new Promise((resolve) => void plan(OUTSIDE, ms, resolve)),
    run: (isDone, maxSteps) => go(isDone, maxSteps, Number.POSITIVE_INFINITY),
    async runUntil(at, maxSteps) {
      const taken = await go(() => false, maxSteps, at)
      now = Math.max(now, at)
      return taken
    },
  }
  return world
}
